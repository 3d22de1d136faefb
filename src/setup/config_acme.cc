#include "json/decode.h"
#include "setup/config_impl.h"

namespace step::setup {
namespace {

void check_ranges(Reader& reader, const json::Value& section, std::string_view name,
                  const std::vector<std::string>& ranges) {
    const std::string key = "acmeValidation." + std::string(name);
    for (const std::string& range : ranges) {
        if (const auto good = net::Range::parse(range); !good) {
            reader.fail(Code::kInvalidArgument, key + ": " + good.error().detail, key,
                        section.find(name), "write ranges such as 127.0.0.0/8 or fd00::/8");
        }
    }
}

}  // namespace

void read_acme(Reader& reader, const json::Value& root, AcmeConfig& out) {
    const json::Value* value = section(reader, root, "acmeValidation", "acmeValidation");
    if (value == nullptr) {
        return;
    }
    json::Fields fields(*value, "acmeValidation");
    fields.get("allow", out.filter.allow).get("deny", out.filter.deny);
    reader.take(fields);
    check_ranges(reader, *value, "allow", out.filter.allow);
    check_ranges(reader, *value, "deny", out.filter.deny);
    // A range that was meant to be refused and misspelt would not be.
    for (const json::Member& member : *value->as_object()) {
        if (!json::same_name("allow", member.name) && !json::same_name("deny", member.name)) {
            reader.fail(Code::kInvalidArgument, "acmeValidation has no member " + member.name,
                        "acmeValidation." + member.name, &member.value);
        }
    }
}

}  // namespace step::setup
