#include <doctest/doctest.h>

#include "base/hex.h"
#include "crypto/keygen.h"
#include "json/parse.h"
#include "profile/render.h"
#include "profile/source.h"
#include "tests/support/data.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_random.h"
#include "x509/certificate.h"

using namespace step;

namespace {

std::string member(const json::Value& object, std::string_view name) {
    const json::Value* found = object.find_exact(name);
    return found == nullptr || found->as_string() == nullptr ? "" : *found->as_string();
}

/// A self-signed certificate of the plan, as it comes back from its DER.
Result<x509::Certificate> make(const profile::CertificatePlan& plan,
                               const crypto::PrivateKey& key) {
    STEP_ASSIGN(
        const auto scheme,
        profile::choose_scheme(plan, key.public_key(), crypto::default_scheme(key.public_key())));
    const x509::Draft draft = profile::to_draft(plan, key.public_key());
    STEP_ASSIGN(const Bytes der, x509::sign_draft(draft, plan.serial.value_or("\x01"),
                                                  x509::encode_name({}), key, scheme));
    return x509::parse_certificate(der);
}

std::string show_extension(std::string_view id, bool critical, std::string_view hex) {
    return fmt::format("{} {} {}\n", id, critical ? "critical" : "-", hex);
}

std::string shown(const x509::Certificate& certificate) {
    std::string text;
    for (const auto& rdn : certificate.subject.rdns) {
        for (const x509::Attribute& attribute : rdn) {
            text += fmt::format(
                "{}={}:{} ", attribute.type.text(),
                attribute.tag == asn1::Tag::kUtf8String ? "UTF8String" : "PrintableString",
                attribute.value);
        }
        text += "/\n";
    }
    for (const x509::Extension& extension : certificate.extensions) {
        const bool key_id = extension.id == x509::oid::kSubjectKeyId;
        text += show_extension(extension.id.text(), extension.critical,
                               key_id ? "<keyid> 22 bytes" : encode_hex(extension.value));
    }
    return text;
}

std::string recorded(const json::Value& row) {
    std::string text;
    for (const json::Value& rdn : *row.find_exact("subject")->as_array()) {
        for (const json::Value& attribute : *rdn.as_array()) {
            text += fmt::format("{}={}:{} ", member(attribute, "oid"), member(attribute, "type"),
                                member(attribute, "value"));
        }
        text += "/\n";
    }
    for (const json::Value& extension : *row.find_exact("extensions")->as_array()) {
        text +=
            show_extension(member(extension, "oid"), *extension.find_exact("critical")->as_bool(),
                           member(extension, "valueHex"));
    }
    return text;
}

}  // namespace

TEST_CASE("certificate templates make the certificates that the original made of them") {
    const auto file = json::parse(test::data("profile/golden.json"));
    REQUIRE(file);
    const auto key = crypto::generate_key(crypto::KeyKind::kEcP256);
    const auto der = x509::make_csr({.subject = x509::to_name({.common_name = "the subject"}),
                                     .names = {.dns = {"the subject"}}},
                                    *key);
    REQUIRE(der);
    const auto csr = std::make_shared<const x509::Csr>(*x509::parse_csr(*der));
    test::FakeClock clock;
    test::FakeRandom random;
    for (const json::Value& row : *file->find_exact("cases")->as_array()) {
        const std::string text = member(row, "template");
        if (text.empty() || row.find_exact("extraArgs") != nullptr) {
            continue;  // The command itself: no template is the default one, --csr makes a request.
        }
        INFO(text);
        profile::TemplateData data;
        profile::set_names(data, {.common_name = "the subject"}, {.dns = {"the subject"}});
        data.set_insecure("CR", profile::request_value(csr));
        data.set_user(*file->find_exact("setFile"));
        const auto outcome = [&]() -> Result<x509::Certificate> {
            STEP_ASSIGN(
                const auto parsed,
                profile::parse_template(profile::TemplateKind::kCertificate, "template", text));
            STEP_ASSIGN(const auto plan,
                        profile::render_certificate(*parsed, data, {clock, random}));
            return make(plan, *key);
        }();
        const std::string wanted = member(row, "stderr");
        if (!wanted.empty()) {
            REQUIRE(!outcome);
            CHECK(outcome.error().detail + "\n" == wanted);
        } else {
            REQUIRE_MESSAGE(outcome, (outcome ? "" : outcome.error().detail));
            CHECK(shown(*outcome) == recorded(row));
        }
    }
}
