#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "json/value.h"

namespace step::commands {

/// A ca.json whose provisioners are changed where they stand: members that this program does not
/// know, their order and the numbers as they were written are kept.
class ProvisionerFile {
public:
    /// kInvalidArgument, "error parsing FILE: …", if the text is not that of a ca.json.
    static Result<ProvisionerFile> parse(std::string_view text, const std::string& file);

    /// Whether the CA keeps its provisioners itself: `authority.enableAdmin`.
    bool remote_management() const;
    /// The entry of this name, or null. Valid until the list changes.
    json::Value* find(std::string_view name);
    /// Puts an entry at the end. Fails with kConflict if its name or its id is taken.
    Status add(json::Value entry);
    /// Takes the entry of this name out; kNotFound.
    Status remove(std::string_view name);
    /// Fails with kConflict if two entries have one name or one id, with kInvalidArgument and
    /// step-ca's words if it would disable the entry of this name, with kUnsupported if it would
    /// not start with it.
    Status check(std::string_view name);

    /// The ids of all webhooks of all provisioners.
    std::set<std::string> webhook_ids() const;

    /// The whole file, indented with tabs.
    std::string text() const;

private:
    explicit ProvisionerFile(json::Value config) : config_(std::move(config)) {}
    json::Array& list();
    const json::Array& list() const;

    json::Value config_;
};

/// The member that Go would read for `name`, in any case; null if there is none.
json::Value* member_of(json::Value& object, std::string_view name);
/// Replaces that member or appends it.
void set_member(json::Value& object, std::string_view name, json::Value value);
/// Removes all that Go would read for `name`.
void remove_member(json::Value& object, std::string_view name);
/// A member that is a string, else "".
std::string text_member(const json::Value& object, std::string_view name);
/// The items of a member that is a list, "" for those that are no strings.
std::vector<std::string> texts_member(const json::Value& object, std::string_view name);

}  // namespace step::commands
