// One socket pair is the child's input and output: writing to it raises no signal, and one poll serves both ways.
#include "libqpcr/tabular/child_process.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "libqpcr/core/error.hpp"

namespace qpcr {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int status_not_started = 127;

[[noreturn]] void refuse(const char* what) {
  ErrorContext context;
  context.path = what;
  context.problem = std::strerror(errno);
  throw Error(ErrorCode::file_unreadable, std::move(context));
}

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() { close_now(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number() const noexcept { return number_; }
  void close_now() noexcept {
    if (number_ >= 0) ::close(number_);
    number_ = -1;
  }

 private:
  int number_;
};

/// Ends and awaits the child unless it was awaited.
class Child {
 public:
  explicit Child(pid_t id) : id_(id) {}
  ~Child() { end_now(); }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  void end_now() noexcept {
    if (id_ <= 0) return;
    ::kill(id_, SIGKILL);
    int status = 0;
    while (::waitpid(id_, &status, 0) < 0 && errno == EINTR) {
    }
    id_ = -1;
  }

  /// @return false when it has not ended until then.
  bool await(Clock::time_point until, int& status) noexcept {
    while (true) {
      const pid_t ended = ::waitpid(id_, &status, WNOHANG);
      if (ended == id_) {
        id_ = -1;
        return true;
      }
      // A program that ignores SIGCHLD never learns how its children end.
      if (ended < 0 && errno != EINTR) {
        id_ = -1;
        status = 0;
        return true;
      }
      if (Clock::now() >= until) return false;
      constexpr int wait_milliseconds = 2;
      ::poll(nullptr, 0, wait_milliseconds);
    }
  }

 private:
  pid_t id_;
};

/// Every descriptor from `first` on. Some containers know no close_range.
bool close_others(int first) noexcept {
  if (::close_range(static_cast<unsigned>(first), ~0U, 0) == 0) return true;
  constexpr int most = 65'536;
  for (int number = first; number < most; ++number) ::close(number);
  return true;
}

/// What the new process does before it is another program. Only system calls: another thread may have held any lock.
[[noreturn]] void become(char* const* arguments, int socket, pid_t parent, const ChildLimits& limits) noexcept {
  const auto set_limit = [](auto resource, rlim_t soft, rlim_t hard) {
    const rlimit limit{soft, hard};
    return ::setrlimit(resource, &limit) == 0;
  };
  struct sigaction usual {};
  usual.sa_handler = SIG_DFL;
  for (int number = 1; number < NSIG; ++number) ::sigaction(number, &usual, nullptr);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  constexpr rlim_t most_descriptors = 64;
  constexpr int first_closed = 3;
  // A caller without standard streams has these in their places.
  socket = ::fcntl(socket, F_DUPFD, first_closed);
  const int nowhere = ::fcntl(::open("/dev/null", O_WRONLY | O_CLOEXEC), F_DUPFD, first_closed);
  const bool ready = ::prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && ::getppid() == parent &&
                     ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && ::dup2(socket, STDIN_FILENO) >= 0 &&
                     ::dup2(socket, STDOUT_FILENO) >= 0 && nowhere >= 0 && ::dup2(nowhere, STDERR_FILENO) >= 0 &&
                     close_others(first_closed) && ::chdir("/") == 0 &&
                     set_limit(RLIMIT_CPU, limits.cpu_seconds, limits.cpu_seconds + 1) &&
                     set_limit(RLIMIT_AS, limits.memory_bytes, limits.memory_bytes) && set_limit(RLIMIT_FSIZE, 0, 0) &&
                     set_limit(RLIMIT_CORE, 0, 0) && set_limit(RLIMIT_NOFILE, most_descriptors, most_descriptors);
  char* const no_environment[] = {nullptr};
  if (ready) ::execve(arguments[0], arguments, no_environment);
  ::_exit(status_not_started);
}

/// Gives and takes until the child closes its end. @return how that went; `exited` where it is for the status to say.
ChildEnd exchange(int socket, std::string_view input, const ChildLimits& limits, Clock::time_point until,
                  std::string& output) {
  bool closed = false;
  while (true) {
    if (input.empty() && !closed) {
      ::shutdown(socket, SHUT_WR);
      closed = true;
    }
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now()).count();
    if (left <= 0) return ChildEnd::out_of_time;
    pollfd wanted{socket, static_cast<short>(closed ? POLLIN : POLLIN | POLLOUT), 0};
    const int ready = ::poll(&wanted, 1, static_cast<int>(left));
    if (ready < 0 && errno != EINTR) refuse("poll");
    if (ready <= 0) continue;
    if (!closed && (wanted.revents & POLLOUT) != 0) {
      const ssize_t sent = ::send(socket, input.data(), input.size(), MSG_NOSIGNAL);
      if (sent >= 0) {
        input.remove_prefix(static_cast<std::size_t>(sent));
      } else if (errno != EAGAIN && errno != EINTR) {
        // It reads no more: what it has to say may still come.
        input = {};
      }
    }
    if ((wanted.revents & (POLLIN | POLLHUP | POLLERR)) == 0) continue;
    std::array<char, std::size_t{64} << 10U> piece;
    const ssize_t got = ::recv(socket, piece.data(), piece.size(), 0);
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) return ChildEnd::exited;
    if (got < 0) continue;
    if (output.size() + static_cast<std::size_t>(got) > limits.output_bytes) return ChildEnd::too_much_output;
    output.append(piece.data(), static_cast<std::size_t>(got));
  }
}

}  // namespace

ChildResult run_child(const std::vector<std::string>& arguments, std::string_view input, const ChildLimits& limits) {
  std::vector<std::string> copies = arguments;
  std::vector<char*> pointers;
  pointers.reserve(copies.size() + 1);
  for (std::string& copy : copies) pointers.push_back(copy.data());
  pointers.push_back(nullptr);
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) refuse("socketpair");
  const Descriptor ours(ends[0]);
  Descriptor theirs(ends[1]);
  if (::fcntl(ours.number(), F_SETFL, O_NONBLOCK) != 0) refuse("fcntl");
  const Clock::time_point until = Clock::now() + limits.wall_time;
  const pid_t parent = ::getpid();
  const pid_t id = ::fork();
  if (id < 0) refuse("fork");
  if (id == 0) become(pointers.data(), theirs.number(), parent, limits);
  Child child(id);
  theirs.close_now();

  ChildResult result;
  result.end = exchange(ours.number(), input, limits, until, result.output);
  int status = 0;
  if (result.end != ChildEnd::exited) return result;
  if (!child.await(until, status)) {
    result.end = ChildEnd::out_of_time;
  } else if (WIFSIGNALED(status)) {
    const bool by_limit = WTERMSIG(status) == SIGXCPU || WTERMSIG(status) == SIGKILL;
    result.end = by_limit ? ChildEnd::out_of_time : ChildEnd::killed;
  } else {
    result.status = WEXITSTATUS(status);
    if (result.status == status_not_started) result.end = ChildEnd::not_started;
  }
  return result;
}

}  // namespace qpcr
