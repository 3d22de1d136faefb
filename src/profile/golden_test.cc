#include <doctest/doctest.h>

#include "asn1/writer.h"
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

std::string made(const x509::Certificate& certificate) {
    std::string text = encode_hex(certificate.subject_der) + "\n";
    for (const x509::Extension& extension : certificate.extensions) {
        const bool key_id =
            extension.id == x509::oid::kSubjectKeyId && extension.value.size() == 22;
        asn1::Writer whole;
        const auto sequence = whole.begin(asn1::Tag::kSequence);
        whole.oid(extension.id);
        if (extension.critical) {
            whole.boolean(true);
        }
        whole.octets(extension.value);
        whole.end(sequence);
        text += (key_id ? "ski" : encode_hex(whole.view())) + "\n";
    }
    return text;
}

std::string made(const json::Value& row) {
    std::string text = member(row, "subject") + "\n";
    for (const json::Value& extension : *row.find_exact("extensions")->as_array()) {
        text += *extension.as_string() + "\n";
    }
    return text;
}

/// What `step certificate create "the subject" --template` shows a template.
class Command {
public:
    Command(const crypto::PrivateKey& key, const std::vector<std::string>& names) : key_(key) {
        const auto sorted = x509::classify_names(names);
        REQUIRE(sorted);
        names_ = *sorted;
        const auto der = x509::make_csr({.subject = x509::to_name(subject_), .names = names_}, key);
        REQUIRE(der);
        csr_ = std::make_shared<const x509::Csr>(*x509::parse_csr(*der));
    }

    Result<x509::Certificate> run(const std::string& text, const json::Value& user) const {
        profile::TemplateData data;
        profile::set_names(data, subject_, names_);
        data.set_insecure("CR", profile::request_value(csr_));
        data.set_user(user);
        test::FakeClock clock;
        test::FakeRandom random;
        STEP_ASSIGN(const auto parsed,
                    profile::parse_template(profile::TemplateKind::kCertificate, "template", text));
        STEP_ASSIGN(const auto plan, profile::render_certificate(*parsed, data, {clock, random}));
        return make(plan, key_);
    }

private:
    const crypto::PrivateKey& key_;
    x509::Subject subject_{.common_name = "the subject"};
    x509::AltNames names_{};
    std::shared_ptr<const x509::Csr> csr_{};
};

}  // namespace

TEST_CASE("certificate templates make the certificates that the original made of them") {
    const auto file = json::parse(test::data("profile/golden.json"));
    REQUIRE(file);
    const auto key = crypto::generate_key(crypto::KeyKind::kEcP256);
    const Command command(*key, {"the subject"});
    for (const json::Value& row : *file->find_exact("cases")->as_array()) {
        const std::string text = member(row, "template");
        if (text.empty() || row.find_exact("extraArgs") != nullptr) {
            continue;  // The command itself: no template is the default one, --csr makes a request.
        }
        INFO(text);
        const auto outcome = command.run(text, *file->find_exact("setFile"));
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

TEST_CASE("hundreds of corners of templates make what the original made of them") {
    const auto file = json::parse(test::data("profile/recorded.json"));
    REQUIRE(file);
    const std::map<std::string, crypto::PrivateKey> keys = [] {
        std::map<std::string, crypto::PrivateKey> all;
        all.emplace("", *crypto::generate_key(crypto::KeyKind::kEcP256));
        all.emplace("rsa", *crypto::generate_key(crypto::KeyKind::kRsa, 2048));
        all.emplace("ed", *crypto::generate_key(crypto::KeyKind::kEd25519));
        return all;
    }();
    for (const json::Value& row : *file->find_exact("cases")->as_array()) {
        std::vector<std::string> names;
        if (const json::Value* given = row.find_exact("sans")) {
            for (const json::Value& name : *given->as_array()) {
                names.push_back(*name.as_string());
            }
        } else {
            names.emplace_back("the subject");
        }
        const std::string text = member(row, "template"), error = member(row, "error");
        INFO(text);
        const auto outcome = Command(keys.at(member(row, "key")), names).run(text, nullptr);
        if (!error.empty()) {
            CHECK((outcome ? "no error" : outcome.error().detail) == error);
            continue;
        }
        CHECK_MESSAGE(outcome, (outcome ? "" : outcome.error().detail));
        if (!outcome) {
            continue;
        }
        CHECK(made(*outcome) == made(row));
        if (const std::string serial = member(row, "serial"); !serial.empty()) {
            CHECK(encode_hex(outcome->serial) == serial);
        }
    }
}
