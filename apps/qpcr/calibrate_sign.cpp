// qpcr calibrate sign: signs a calibration record of thresholds.
#include <filesystem>
#include <memory>
#include <string>

#include <fmt/format.h>

#include "apps/common/clock.hpp"
#include "apps/common/console.hpp"
#include "apps/common/passphrase.hpp"
#include "apps/qpcr/commands.hpp"
#include "libqpcr/assay/threshold_record.hpp"
#include "libqpcr/core/error.hpp"
#include "libqpcr/seal/signature.hpp"

namespace qpcr::apps {
namespace {

struct Options {
  std::string record;
  std::string key;
  std::string passphrase_file;
  std::string reason;
  std::string output;
};

int sign_record(const Options& options) {
  const std::filesystem::path output = options.output.empty() ? options.record + ".signature.json" : options.output;
  std::error_code ignored;
  if (std::filesystem::exists(output, ignored)) {
    refuse_option("-o", output.string(), "a file that is not there yet: a signature is never overwritten");
  }
  const ThresholdCalibration record = read_threshold_calibration(options.record);
  if (!record.accepted) {
    throw Error(ErrorCode::assay_refused, {.path = options.record,
                                           .line = 0,
                                           .column = {},
                                           .field = {},
                                           .found = {},
                                           .expected = {},
                                           .problem = "the calibration was not accepted, so it was not signed"});
  }
  const SigningKey key = open_signing_key(options.key, options.passphrase_file);
  const std::string now = utc_now();
  const Signature signature = sign(key, record.identity, record.name, KeyPurpose::calibration, options.reason, now);
  write_files(output.parent_path(), {{output.filename().string(), render_signature(signature)}});
  print_data(fmt::format("{} sha256 {} signed with key {} at {}: {}\n", record.name, record.identity, key.id, now,
                         output.string()));
  if (key.test_key) print_message("qpcr: signed with a test key: no program accepts this signature");
  return exit_ok;
}

}  // namespace

void add_calibrate_sign(CLI::App& calibrate, Action& action) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = calibrate.add_subcommand("sign", "signs an accepted calibration record of thresholds");
  command->add_option("RECORD", options->record, "record of qpcr calibrate threshold (JSON)")->required();
  command->add_option("--key", options->key, "key file of qpcr key new")->required();
  command->add_option("--reason", options->reason, "why it is approved, in a sentence")->required();
  command->add_option("--passphrase-file", options->passphrase_file,
                      "first line of a file of mode 0600; without it an encrypted key asks on the terminal");
  command->add_option("-o,--out", options->output, "signature file; default RECORD.signature.json");
  command->callback([options, &action] { action = [options] { return sign_record(*options); }; });
}

}  // namespace qpcr::apps
