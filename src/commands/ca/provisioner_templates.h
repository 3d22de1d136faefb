#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/command.h"
#include "commands/flags.h"
#include "json/value.h"

namespace step::commands {

Flags provisioner_template_flags();  ///< --x509-template, --x509-template-data, --ssh-…

/// One of them that stands on the command line: a member of an entry's options.
struct TemplateChange {
    std::string_view part{};    ///< "x509" or "ssh".
    std::string_view member{};  ///< "template" or "templateData".
    json::Value value{};        ///< A string, any JSON, or null: the flag was empty.
};

/// Reads the files that the flags name. Fails as cli::read_input, and with kInvalidArgument for a
/// --…-template-data that is no JSON. Whether a template is one is not checked here.
Result<std::vector<TemplateChange>> provisioner_templates(cli::Context& context);

/// Puts them into the entry's options, which are made if there are none; null takes out. A new or
/// removed template takes `templateFile` with it, which would come back into force one day.
void set_templates(json::Value& entry, const std::vector<TemplateChange>& changes);

}  // namespace step::commands
