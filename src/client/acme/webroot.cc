#include <set>

#include <fmt/format.h>

#include "base/files.h"
#include "client/acme/http_answers.h"

namespace step::client::acme {
namespace {

class Webroot final : public HttpAnswers {
public:
    explicit Webroot(std::string folder) : folder_(std::move(folder)) {}
    Webroot(const Webroot&) = delete;
    Webroot& operator=(const Webroot&) = delete;
    ~Webroot() override {
        for (const std::string& token : shown_) {
            (void)remove_tree(place(token));
        }
    }

    std::string_view name() const override { return "Webroot"; }

    Status show(const std::string& token, const std::string& text) override {
        constexpr unsigned kFolderMode = 0755, kFileMode = 0644;
        switch (kind_of(folder_)) {
            case Kind::kFolder:
                break;
            case Kind::kNothing:
                return Error{.code = Code::kNotFound,
                             .detail = fmt::format("webroot directory {} does not exist", folder_)};
            default:
                return Error{.code = Code::kInvalidArgument,
                             .detail = fmt::format("webroot {} is not a directory", folder_)};
        }
        STEP_TRY(make_folders(folder_of(place(token)), kFolderMode));
        shown_.insert(token);
        return write_file(place(token), text, kFileMode, Mode::kExact);
    }

    Status hide(const std::string& token) override {
        if (shown_.erase(token) == 0) {
            return ok();
        }
        auto removed = remove_tree(place(token));
        if (!removed) {
            Error error = std::move(removed).error();
            error.detail.insert(0, "error removing ACME challenge file: ");
            return error;
        }
        return ok();
    }

private:
    std::string place(const std::string& token) const {
        return join_path(folder_, ".well-known/acme-challenge/" + token);
    }

    std::string folder_;
    std::set<std::string> shown_{};
};

}  // namespace

std::unique_ptr<HttpAnswers> webroot_answers(std::string folder) {
    return std::make_unique<Webroot>(std::move(folder));
}

}  // namespace step::client::acme
