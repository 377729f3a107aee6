// Runs another program on bytes, with limits on what it may cost and nothing of ours in its hands.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace qpcr {

struct ChildLimits {
  std::uint64_t cpu_seconds = 20;
  std::uint64_t memory_bytes = std::uint64_t{1} << 30U;
  std::size_t output_bytes = std::size_t{256} << 20U;
  std::chrono::milliseconds wall_time = std::chrono::seconds(60);
};

enum class ChildEnd {
  exited,           ///< by itself, with a status
  not_started,      ///< there is no such program
  out_of_time,      ///< a limit on time ended it
  too_much_output,  ///< it was ended because it wrote more than its limit
  killed,           ///< by a signal that we did not send
};

struct ChildResult {
  ChildEnd end = ChildEnd::exited;
  int status = 0;      ///< of a child that exited
  std::string output;  ///< what it wrote to its standard output
};

/// Starts a program by its absolute path, without a shell, with an empty environment, in the root folder, with no open
/// file but its three standard streams (errors go nowhere), unable to write files; gives it `input` and collects its
/// output until it ends. It is ended and waited for on every way out of this function. Safe in programs with threads:
/// nothing between fork and exec allocates or locks.
/// @param arguments the program first.
/// @throws Error file_unreadable where the system gives no process.
ChildResult run_child(const std::vector<std::string>& arguments, std::string_view input, const ChildLimits& limits);

}  // namespace qpcr
