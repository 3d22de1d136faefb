#include "provisioner/aws_document.h"

#include <utility>
#include <vector>

#include "base/text.h"
#include "base/time.h"
#include "json/decode.h"
#include "json/parse.h"
#include "provisioner/token.h"

namespace step::provisioner {
namespace {

Error unreadable(const Error& why) {
    return {.code = Code::kInvalidArgument,
            .detail = "error unmarshaling aws identity document: " + words_of(why)};
}

/// The members that nobody asks for must have the right types all the same.
void check_types(json::Fields& fields) {
    for (const char* name : {"architecture", "availabilityZone", "imageId", "instanceType",
                             "kernelId", "ramdiskId", "version"}) {
        std::string text;
        fields.get(name, text);
    }
    for (const char* name : {"billingProducts", "devpayProductCodes"}) {
        std::vector<std::string> list;
        fields.get(name, list);
    }
}

}  // namespace

std::string AwsDocument::dns_name() const {
    return "ip-" + replace_all(private_ip, ".", "-") + "." + region + ".compute.internal";
}

Result<AwsDocument> parse_aws_document(ByteView text) {
    const Result<json::Value> value = json::parse(text);
    if (!value) {
        return unreadable(value.error());
    }
    if (value->as_object() == nullptr && !value->is_null()) {
        return unreadable({.detail = "it is no object"});
    }
    AwsDocument document;
    std::string pending;
    json::Fields fields(*value, "document");
    fields.get("accountId", document.account_id)
        .get("instanceId", document.instance_id)
        .get("privateIp", document.private_ip)
        .get("region", document.region)
        .get("pendingTime", pending);
    check_types(fields);
    if (const Status read = fields.status(); !read) {
        return unreadable(read.error());
    }
    if (fields.child("pendingTime") != nullptr) {
        const Result<SysTime> time = parse_rfc3339(pending);
        if (!time) {
            return unreadable(time.error());
        }
        document.pending_time = *time;
    }
    const std::pair<const char*, const std::string&> needed[] = {
        {"accountId", document.account_id},
        {"instanceId", document.instance_id},
        {"privateIp", document.private_ip},
        {"region", document.region}};
    for (const auto& [name, said] : needed) {
        if (said.empty()) {
            return Error{
                .code = Code::kInvalidArgument,
                .detail = std::string("aws identity document ") + name + " cannot be empty"};
        }
    }
    return document;
}

}  // namespace step::provisioner
