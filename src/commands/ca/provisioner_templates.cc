#include "commands/ca/provisioner_templates.h"

#include <fmt/format.h>

#include "cli/files.h"
#include "commands/ca/provisioner_file.h"
#include "json/parse.h"

namespace step::commands {
namespace {

struct Row {
    std::string_view flag, part, member, help;
};
constexpr std::string_view kTemplate = "template", kData = "templateData";
constexpr Row kRows[] = {
    {"x509-template", "x509", kTemplate, "template of X.509 certificates"},
    {"x509-template-data", "x509", kData, "variables for that template"},
    {"ssh-template", "ssh", kTemplate, "template of SSH certificates"},
    {"ssh-template-data", "ssh", kData, "variables for that template"},
};

Result<json::Value> read_value(cli::Context& context, const Row& row, const std::string& file) {
    STEP_ASSIGN(Bytes text, cli::read_input(context, file));
    if (row.member == kTemplate) {
        return json::Value(std::move(text));
    }
    Result<json::Value> data = json::parse(text);
    if (!data) {
        return Error{.code = Code::kInvalidArgument,
                     .detail = fmt::format("error parsing {}: {} ({})", file, data.error().detail,
                                           data.error().cause)};
    }
    return data;
}

/// The member as an object that can be changed; made if it is not one.
json::Value& object_in(json::Value& object, std::string_view name) {
    const json::Value* present = member_of(object, name);
    if (present == nullptr || present->as_object() == nullptr) {
        set_member(object, name, json::Object{});
    }
    return *member_of(object, name);
}

}  // namespace

Flags provisioner_template_flags() {
    Flags flags;
    for (const Row& row : kRows) {
        flags.push_back({.name = row.flag, .value = "file", .help = row.help});
    }
    return flags;
}

Result<std::vector<TemplateChange>> provisioner_templates(cli::Context& context) {
    std::vector<TemplateChange> changes;
    for (const Row& row : kRows) {
        if (!context.args.is_set(row.flag)) {
            continue;
        }
        TemplateChange change{.part = row.part, .member = row.member};
        if (const std::string file = context.args.get(row.flag); !file.empty()) {
            STEP_ASSIGN(change.value, read_value(context, row, file));
        }
        changes.push_back(std::move(change));
    }
    return changes;
}

void set_templates(json::Value& entry, const std::vector<TemplateChange>& changes) {
    for (const TemplateChange& change : changes) {
        json::Value& part = object_in(object_in(entry, "options"), change.part);
        if (change.member == kTemplate) {
            remove_member(part, "templateFile");
        }
        if (change.value.is_null()) {
            remove_member(part, change.member);
        } else {
            set_member(part, change.member, change.value);
        }
    }
}

}  // namespace step::commands
