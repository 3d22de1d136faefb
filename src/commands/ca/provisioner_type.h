#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/command.h"
#include "commands/flags.h"
#include "json/value.h"

namespace step::commands {

// What a provisioner of one type has and others have not: its flags in `ca provisioner add` and
// `update`, and the members of ca.json that these write.

struct ProvisionerType {
    std::string_view name;  ///< "ACME"
    /// Writes into `entry` what the flags name. A `fresh` entry has type and name so far.
    Status (*write)(cli::Context& context, json::Value& entry, bool fresh);
    /// Says on stderr what a person should know of an entry that was saved.
    void (*warn)(cli::Context& context, const json::Value& entry, bool fresh) = nullptr;
};

/// None for a type whose flags are not a matter of this file (JWK) or not supported.
const ProvisionerType* find_provisioner_type(std::string_view name);

/// ProvisionerType::warn of the type of this entry.
void warn_of(cli::Context& context, const json::Value& entry, bool fresh);

Flags provisioner_type_flags();  ///< Those that add and update share.
Flags provisioner_list_flags();  ///< --remove-…, which update alone has.

/// Refuses flags of other types on the command line: "flag '--force-cn' is for provisioners of
/// type ACME".
Status check_type_flags(const cli::Args& args, std::string_view type);

/// A list member that flags change: values of --remove-FLAG go out, those of --FLAG come behind.
/// An absent list means `all`, so that is what --remove-FLAG begins with.
struct ListChange {
    std::string_view member;  ///< "challenges"
    std::string_view flag;    ///< "challenge"
    std::vector<std::string_view> all;
    std::string_view options{};  ///< For the error of a value that is none of those allowed.
    std::vector<std::string_view> more{};  ///< Allowed as well, but not meant by an absent list.
};
/// Values are lower-cased, each kept once. Fails with kInvalidArgument for an unknown one, and if
/// nothing would be left, which would mean everything.
Status change_list(json::Value& entry, const cli::Args& args, const ListChange& change);

/// Sets a switch of `entry` if the flag is set; false is how an absent member reads.
void change_switch(json::Value& entry, const cli::Args& args, std::string_view member,
                   std::string_view flag);

Status write_acme(cli::Context& context, json::Value& entry, bool fresh);

}  // namespace step::commands
