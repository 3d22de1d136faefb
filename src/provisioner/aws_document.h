#pragma once

#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "base/runtime.h"

namespace step::provisioner {

/// What an EC2 instance identity document says, as far as it matters here.
struct AwsDocument {
    std::string account_id{}, instance_id{}, private_ip{}, region{};
    std::optional<SysTime> pending_time{};  ///< When the instance started last.

    /// "ip-10-0-0-1.eu-west-1.compute.internal"
    std::string dns_name() const;
};

/// Reads the document as the original does: all the members it knows must have their types, those
/// above but the time must say something. Whose it is is checked elsewhere. Fails with
/// kInvalidArgument and the original's words.
Result<AwsDocument> parse_aws_document(ByteView document);

}  // namespace step::provisioner
