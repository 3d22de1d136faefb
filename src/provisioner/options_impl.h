#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "issuance/rules.h"
#include "json/value.h"
#include "provisioner/provisioner.h"
#include "webhook/config.h"

namespace step::provisioner {

/// `options` of an entry, read.
struct OptionsEntry {
    json::Value x509{}, ssh{};  ///< The objects as they stand; null if absent.
    std::vector<webhook::Entry> webhooks{};
    json::Value shown{};  ///< As the original writes `options` back; null if absent.
};

/// Reads `options` (null: absent). Each member of the wrong JSON type is one more
/// kInvalidArgument with its place in `errors`, what this build cannot honour a kUnsupported.
OptionsEntry read_options(const json::Value* value, const std::string& path,
                          std::vector<Error>& errors);

/// What options and policy ask of each certificate; null if nothing. A template that does not parse
/// is one more error in `errors`.
std::shared_ptr<const issuance::Rules> make_rules(const OptionsEntry& options,
                                                  policy::Policies policies,
                                                  const std::string& path,
                                                  const Inherited& inherited,
                                                  std::vector<Error>& errors);

}  // namespace step::provisioner
