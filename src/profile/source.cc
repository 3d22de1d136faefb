#include "profile/source.h"

#include "base/base64.h"
#include "base/file_stamp.h"
#include "base/files.h"
#include "base/text.h"
#include "json/decode.h"
#include "profile/functions.h"

namespace step::profile {
namespace {

/// What templates that stand in no file are called in errors.
constexpr std::string_view kName = "template";
constexpr std::size_t kMaxTemplate = std::size_t{4} << 20;

}  // namespace

/// A file as it was when it was parsed.
struct TemplateSource::Loaded {
    FileStamp stamp{};
    std::shared_ptr<const tmpl::Template> parsed{};
};

TemplateSource::TemplateSource(TemplateKind kind) : kind_(kind) {}

Result<std::shared_ptr<const tmpl::Template>> parse_template(TemplateKind kind, std::string name,
                                                             std::string text) {
    Result<tmpl::Template> parsed = tmpl::Template::parse(
        std::move(name), std::move(text),
        kind == TemplateKind::kSsh ? ssh_functions() : certificate_functions());
    if (!parsed) {
        Error error = std::move(parsed).error();
        error.detail.insert(0, "error parsing template: ");
        return error;
    }
    return std::make_shared<const tmpl::Template>(*std::move(parsed));
}

Result<std::shared_ptr<const TemplateSource>> TemplateSource::make(const json::Value& options,
                                                                   const std::string& base,
                                                                   TemplateKind kind) {
    std::shared_ptr<TemplateSource> source(new TemplateSource(kind));
    json::Fields fields(options, kind == TemplateKind::kSsh ? "options.ssh" : "options.x509");
    std::string text, file;
    fields.get("template", text).get("templateFile", file);
    STEP_TRY(fields.status());
    if (const json::Value* data = fields.child("templateData")) {
        TemplateData trial;
        Status fits = trial.merge(*data);
        if (!fits) {
            return json::error_at(data->place(), std::move(fits).error().detail);
        }
        source->data_ = *data;
    }
    if (text.empty()) {
        if (!file.empty()) {
            source->file_ = file.starts_with('/') ? file : join_path(base, file);
        }
        return std::shared_ptr<const TemplateSource>(std::move(source));
    }
    text = trim(text);
    if (!text.starts_with('{')) {
        const Result<Bytes> decoded = parse_base64(text);
        if (!decoded) {
            return json::error_at(fields.child("template")->place(),
                                  "error decoding template: " + decoded.error().detail);
        }
        text = *decoded;
    }
    auto parsed = parse_template(kind, std::string(kName), std::move(text));
    if (!parsed) {
        return json::error_at(fields.child("template")->place(), std::move(parsed).error().detail);
    }
    source->literal_ = *std::move(parsed);
    return std::shared_ptr<const TemplateSource>(std::move(source));
}

Result<std::shared_ptr<const tmpl::Template>> TemplateSource::current() const {
    if (literal_ != nullptr || file_.empty()) {
        return literal_;
    }
    // The stamp is taken first: a file that changes in between is read again the next time.
    const std::optional<FileStamp> stamp = stamp_of(file_);
    if (stamp) {
        const std::lock_guard lock(mutex_);
        if (loaded_ != nullptr && loaded_->stamp == *stamp) {
            return loaded_->parsed;
        }
    }
    Result<Bytes> text = read_file(file_, kMaxTemplate);
    if (!text) {
        Error error = std::move(text).error();
        error.detail.insert(0, "error reading " + file_ + ": ");
        return error;
    }
    STEP_ASSIGN(auto parsed, parse_template(kind_, file_, *std::move(text)));
    if (stamp) {
        const std::lock_guard lock(mutex_);
        loaded_ = std::make_shared<const Loaded>(Loaded{.stamp = *stamp, .parsed = parsed});
    }
    return parsed;
}

}  // namespace step::profile
