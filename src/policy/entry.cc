#include "policy/entry.h"

#include "json/decode.h"

namespace step::policy {
namespace {

template <class Names>
struct Column {
    std::string_view name;
    Rules Names::* rules;
};
// In the order of the original's structs, which is the order of its JSON.
constexpr Column<X509Names> kX509Columns[] = {{"cn", &X509Names::cn},
                                              {"dns", &X509Names::dns},
                                              {"ip", &X509Names::ip},
                                              {"email", &X509Names::email},
                                              {"uri", &X509Names::uri}};
constexpr Column<SshNames> kSshColumns[] = {{"dns", &SshNames::dns},
                                            {"ip", &SshNames::ip},
                                            {"email", &SshNames::email},
                                            {"principal", &SshNames::principal}};

/// Reads one object after the other and gathers what is wrong with any.
class EntryReader {
public:
    explicit EntryReader(std::vector<Error>& errors) : errors_(errors) {}

    void read(const json::Value* value, const std::string& path, X509Entry& out) {
        each(value, path, [&](json::Fields& fields) {
            names(fields, "allow", kX509Columns, out.allow);
            names(fields, "deny", kX509Columns, out.deny);
            fields.get("allowWildcardNames", out.allow_wildcard_names);
        });
    }
    void read(const json::Value* value, const std::string& path, SshSide& out) {
        each(value, path, [&](json::Fields& fields) {
            names(fields, "allow", kSshColumns, out.allow);
            names(fields, "deny", kSshColumns, out.deny);
        });
    }
    template <class Work>
    void each(const json::Value* value, const std::string& path, Work work) {
        if (value == nullptr) {
            return;
        }
        json::Fields fields(*value, path);
        work(fields);
        errors_.insert(errors_.end(), fields.failures().begin(), fields.failures().end());
    }

private:
    template <class Names, std::size_t kCount>
    void names(const json::Fields& parent, std::string_view name,
               const Column<Names> (&columns)[kCount], Names& out) {
        each(parent.child(name), parent.path_of(name), [&](json::Fields& fields) {
            for (const Column<Names>& column : columns) {
                if (const json::Value* list = fields.child(column.name)) {
                    rules(fields, *list, fields.path_of(column.name), out.*column.rules);
                }
            }
        });
    }

    static void rules(json::Fields& fields, const json::Value& list, const std::string& path,
                      Rules& out) {
        const json::Array* items = list.as_array();
        if (items == nullptr) {
            fields.fail(list, fmt::format("cannot unmarshal {} into field {} of type []string",
                                          list.kind(), path));
            return;
        }
        for (const json::Value& item : *items) {
            // Go leaves an empty string where null stands.
            if (item.is_null() || item.as_string() != nullptr) {
                out.push_back(
                    {.text = item.is_null() ? "" : *item.as_string(), .place = item.place()});
            } else {
                fields.fail(item, fmt::format("cannot unmarshal {} into field {} of type string",
                                              item.kind(), path));
            }
        }
    }

    std::vector<Error>& errors_;
};

template <class Names, std::size_t kCount>
json::Object encode_names(const Column<Names> (&columns)[kCount], const Names& names) {
    json::Object members;
    for (const Column<Names>& column : columns) {
        json::Array list;
        for (const Rule& rule : names.*column.rules) {
            list.emplace_back(rule.text);
        }
        if (!list.empty()) {
            members.push_back({.name = std::string(column.name), .value = std::move(list)});
        }
    }
    return members;
}

void add(json::Object& members, std::string_view name, json::Object value) {
    if (!value.empty()) {
        members.push_back({.name = std::string(name), .value = std::move(value)});
    }
}

template <class Names, std::size_t kCount>
json::Object encode_lists(const Column<Names> (&columns)[kCount], const Names& allow,
                          const Names& deny) {
    json::Object members;
    add(members, "allow", encode_names(columns, allow));
    add(members, "deny", encode_names(columns, deny));
    return members;
}

}  // namespace

bool X509Names::empty() const {
    return cn.empty() && dns.empty() && ip.empty() && email.empty() && uri.empty();
}

bool SshNames::empty() const {
    return dns.empty() && ip.empty() && email.empty() && principal.empty();
}

Entry read_entry(const json::Value& value, const std::string& path, std::vector<Error>& errors) {
    Entry entry;
    EntryReader reader(errors);
    reader.each(&value, path, [&](json::Fields& fields) {
        reader.read(fields.child("x509"), fields.path_of("x509"), entry.x509);
        const std::string ssh_path = fields.path_of("ssh");
        reader.each(fields.child("ssh"), ssh_path, [&](json::Fields& ssh) {
            reader.read(ssh.child("user"), ssh.path_of("user"), entry.ssh.user);
            reader.read(ssh.child("host"), ssh.path_of("host"), entry.ssh.host);
        });
    });
    return entry;
}

Result<Entry> parse_entry(const json::Value& value, const std::string& path) {
    std::vector<Error> errors;
    Entry entry = read_entry(value, path, errors);
    if (!errors.empty()) {
        return errors.front();
    }
    return entry;
}

std::vector<ObjectNames> object_names() {
    std::vector<ObjectNames> all = {{"", {"x509", "ssh"}},
                                    {"x509", {"allow", "deny", "allowWildcardNames"}},
                                    {"ssh", {"user", "host"}},
                                    {"ssh.user", {"allow", "deny"}},
                                    {"ssh.host", {"allow", "deny"}}};
    const auto add = [&all](const std::string& path, const auto& columns) {
        ObjectNames object{.path = path};
        for (const auto& column : columns) {
            object.members.push_back(column.name);
        }
        all.push_back(std::move(object));
    };
    for (const char* list : {"allow", "deny"}) {
        add(std::string("x509.") + list, kX509Columns);
        add(std::string("ssh.user.") + list, kSshColumns);
        add(std::string("ssh.host.") + list, kSshColumns);
    }
    return all;
}

json::Value encode_entry(const Entry& entry) {
    json::Object root, ssh;
    json::Object x509 = encode_lists(kX509Columns, entry.x509.allow, entry.x509.deny);
    if (entry.x509.allow_wildcard_names) {
        x509.push_back({.name = "allowWildcardNames", .value = true});
    }
    add(root, "x509", std::move(x509));
    add(ssh, "user", encode_lists(kSshColumns, entry.ssh.user.allow, entry.ssh.user.deny));
    add(ssh, "host", encode_lists(kSshColumns, entry.ssh.host.allow, entry.ssh.host.deny));
    add(root, "ssh", std::move(ssh));
    return root;
}

}  // namespace step::policy
