#pragma once

#include <string>

#include "base/bytes.h"
#include "base/result.h"

namespace step::client {

/// What an instance identity document of EC2 says of its VM; what it does not say is empty.
struct AwsDocument {
    std::string account_id{}, instance_id{}, private_ip{}, region{};
};

/// Reads the document; whose it is nobody knows before its signature was verified. Fails with
/// kInvalidArgument if it is no JSON object or a member that counts is no string.
Result<AwsDocument> parse_aws_document(ByteView text);

}  // namespace step::client
