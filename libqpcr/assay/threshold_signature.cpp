// Signatures of threshold calibrations.
#include "libqpcr/assay/threshold_record.hpp"
#include "libqpcr/core/error.hpp"

namespace qpcr {

ThresholdCalibration mark_signed(ThresholdCalibration record, const Signature& signature, const TrustList& trust,
                                 bool accept_test_keys) {
  record.signature_verified = false;
  const std::string content = identify_threshold_calibration(record);
  if (content != record.identity) {
    ErrorContext context;
    context.field = "identity";
    context.problem = "the content was changed after the record was made: identity and content disagree";
    throw Error(ErrorCode::integrity_failure, context);
  }
  verify(signature, content, KeyPurpose::calibration, trust, accept_test_keys);
  record.signature_verified = true;
  return record;
}

}  // namespace qpcr
