#include "commands/help_server.h"

#include <fmt/format.h>

#include "base/text.h"
#include "http/server.h"

namespace step::commands {
namespace {

http::Handler answer(std::string type, std::string body) {
    return [type = std::move(type), body = std::move(body)](const http::Request&) {
        return http::Response{.content_type = type, .body = body};
    };
}

http::Handler redirect(std::string target) {
    return [target = std::move(target)](const http::Request&) {
        return http::Response{.status = 301, .content_type = "", .headers = {{"Location", target}}};
    };
}

}  // namespace

Result<cli::ExitCode> serve_manuals(cli::Console& console, const Clock& clock, Random& random,
                                    const std::string& address,
                                    const std::vector<cli::Page>& pages) {
    auto router = std::make_shared<http::Router>();
    const auto add = [&](std::string path, http::Handler handler) {
        router->add({"GET", std::move(path), /*max_body=*/0, std::move(handler)});
    };
    for (const cli::Page& page : pages) {
        const std::string place = page.path.empty() ? "" : "/" + replace_all(page.path, " ", "/");
        const http::Handler shown = answer("text/html; charset=utf-8", cli::html_page(page));
        add(place + "/", shown);
        add(place + "/index.html", shown);
        if (!place.empty()) {
            add(place, redirect(place + "/"));
        }
    }
    add("/style.css", answer("text/css; charset=utf-8", cli::style_sheet()));

    STEP_ASSIGN(const auto server, http::Server::listen({.address = address}, nullptr,
                                                        std::move(router), clock, random));
    console.out(fmt::format("Serving HTTP on {} ...\n", server->address()));
    server->run();
    return 0;
}

}  // namespace step::commands
