#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/result.h"
#include "json/value.h"
#include "profile/template_data.h"
#include "tmpl/template.h"

namespace step::profile {

enum class TemplateKind : unsigned char { kCertificate, kSsh };

/// Where the certificate template of a provisioner comes from: `options.x509` or `options.ssh` in
/// ca.json. Safe for many threads.
class TemplateSource {
public:
    /// Reads `template`, `templateFile` and `templateData` from `options` (null: nothing is said);
    /// `base` is the folder that a relative `templateFile` counts from. A template in `template` is
    /// parsed now; a file is not opened before it is needed.
    ///
    /// Fails with kInvalidArgument: `error parsing template: …` and the place for the author of a
    /// template that does not parse; a member of the wrong type; data that is no object.
    static Result<std::shared_ptr<const TemplateSource>> make(const json::Value& options,
                                                              const std::string& base,
                                                              TemplateKind kind);

    /// Whether there is a template of one's own: without one the built-in is used and nobody sees
    /// `.Insecure.User`.
    bool has_template() const { return literal_ != nullptr || !file_.empty(); }
    /// Whether there is `templateData`: then a built-in template must be executed too, for the data
    /// may replace what it uses.
    bool has_data() const { return !data_.is_null(); }

    /// The template as it stands now: a file that changed is read again. Null if there is none.
    /// Fails with "error reading FILE: …" or as make() does.
    Result<std::shared_ptr<const tmpl::Template>> current() const;
    /// Puts `templateData` over `data`.
    Status apply_data(TemplateData& data) const { return data.merge(data_); }

private:
    struct Loaded;

    explicit TemplateSource(TemplateKind kind);

    TemplateKind kind_;
    std::shared_ptr<const tmpl::Template> literal_{};
    std::string file_{};
    json::Value data_{};
    mutable std::mutex mutex_{};
    mutable std::shared_ptr<const Loaded> loaded_{};
};

/// A template for certificates from its text, in which `name` stands for it. Error as make().
Result<std::shared_ptr<const tmpl::Template>> parse_template(TemplateKind kind, std::string name,
                                                             std::string text);

}  // namespace step::profile
