// Lists recorded beside the original (tests/data/inspect/crl-*); made by Python cryptography.
#include "x509/crl.h"

#include <doctest/doctest.h>

#include "asn1/writer.h"
#include "base/time.h"
#include "tests/support/data.h"

namespace step::x509 {
namespace {

RevocationList list_of(const std::string& folder) {
    auto list = parse_crl_file(test::data("inspect/" + folder + "/input.pem"));
    REQUIRE(list);
    return *std::move(list);
}

Certificate issuer_of(const std::string& folder) {
    auto issuer = parse_certificates_pem(test::data("inspect/" + folder + "/issuer.pem"));
    REQUIRE(issuer);
    return issuer->front();
}

/// A certificate of `issuer` as far as a list looks at one.
Certificate issued_by(const Certificate& issuer) {
    Certificate certificate;
    certificate.issuer_der = issuer.subject_der;
    certificate.issuer = issuer.subject;
    certificate.serial = "\x05";
    return certificate;
}

SysSeconds at(std::string_view text) {
    return std::chrono::floor<std::chrono::seconds>(*parse_rfc3339(text));
}

const CrlCheck kListTime{.now = at("2026-11-22T06:00:00Z"), .chosen = true};

std::string refusal(const RevocationList& list, const Certificate& certificate,
                    const Certificate& issuer, const CrlCheck& check = kListTime) {
    const auto entry = look_up(list, certificate, issuer, check);
    return !entry ? entry.error().detail : *entry != nullptr ? "revoked" : "";
}

}  // namespace

TEST_CASE("a list says when it was made, by whom, and which certificates are revoked") {
    const RevocationList list = list_of("crl-entries");
    CHECK(list.issuer.text() == "CN=leaf.test");
    CHECK(format_rfc3339(list.this_update) == "2026-01-02T03:04:05Z");
    CHECK(format_rfc3339(*list.next_update) == "2036-01-02T03:04:05Z");
    CHECK(serial_to_text(*list.number) == "300");
    REQUIRE(list.revoked.size() == 3);
    CHECK(list.distribution_point->locations.front().contents == "http://crl.test/x.crl");
    CHECK(!list.unhandled_critical);
    CHECK(!list.delta);

    const RevokedCertificate* entry = find_revoked(list, "\x03");
    REQUIRE(entry != nullptr);
    CHECK(reason_code(*entry) == 4);
    CHECK(format_rfc3339(entry->revoked_at) == "2026-01-03T00:00:00Z");
    CHECK(find_revoked(list, "\x04") == nullptr);
    CHECK(!reason_code(list.revoked.front()));
}

TEST_CASE("only the issuer's own list, in force and whole, vouches for a certificate") {
    const RevocationList list = list_of("crl-entries");
    const Certificate issuer = issuer_of("crl-entries");
    const Certificate leaf = issued_by(issuer);
    CHECK(refusal(list, leaf, issuer) == "");

    CHECK(refusal(list, leaf, issuer_of("crl-from-step-ca")) == "x509: ECDSA verification failure");
    CHECK(refusal(list, leaf, issuer, {.now = at("2036-01-02T03:04:06Z")}) ==
          "the list is out of date since 2036-01-02T03:04:05Z");
    CHECK(refusal(list, leaf, issuer, {.now = at("2026-01-02T03:04:04Z")}) ==
          "the list is not yet valid: it was issued at 2026-01-02T03:04:05Z");

    Certificate named = leaf;
    named.serial = "\x12\x34";
    CHECK(refusal(list, named, issuer) == "revoked");
    CHECK(refusal(list, named, issuer, {.now = at("2036-01-02T03:04:06Z")}) == "revoked");
    CHECK(refusal(list, named, issuer_of("crl-from-step-ca")) ==
          "x509: ECDSA verification failure");

    Certificate stranger = leaf;
    stranger.issuer_der = issuer_of("crl-from-step-ca").subject_der;
    CHECK(refusal(list, stranger, issuer).starts_with("the list was issued by "));

    Certificate no_signer = issuer;
    no_signer.key_usage = key_usage::kCertSign;
    CHECK(refusal(list, leaf, no_signer).ends_with("cannot sign this kind of certificate"));
    no_signer = issuer;
    no_signer.basic_constraints = BasicConstraints{};
    CHECK(refusal(list, leaf, no_signer).ends_with("cannot sign this kind of certificate"));

    const RevocationList forged = list_of("crl-bad-signature");
    const Certificate its_issuer = issuer_of("crl-bad-signature");
    CHECK(refusal(forged, issued_by(its_issuer), its_issuer) != "");
    CHECK(refusal(forged, issued_by(its_issuer), its_issuer,
                  {.now = kListTime.now, .skip_signature = true}) ==
          (forged.issuer_der == its_issuer.subject_der ? "" : "x"));
}

TEST_CASE("a list of some certificates or some reasons vouches for no others") {
    const Certificate issuer = issuer_of("crl-entries");
    const Certificate leaf = issued_by(issuer);
    Certificate authority = leaf;
    authority.basic_constraints = BasicConstraints{.ca = true};
    const auto with = [](auto change) {
        RevocationList list = list_of("crl-entries");
        change(list);
        return list;
    };
    using List = RevocationList;
    const List users = with([](List& list) { list.distribution_point->only_user = true; });
    CHECK(refusal(users, leaf, issuer) == "");
    CHECK(refusal(users, authority, issuer) != "");
    const List authorities = with([](List& list) { list.distribution_point->only_ca = true; });
    CHECK(refusal(authorities, leaf, issuer) != "");
    CHECK(refusal(authorities, authority, issuer) == "");
    CHECK(refusal(with([](List& list) { list.distribution_point->only_attribute = true; }), leaf,
                  issuer) != "");
    CHECK(refusal(with([](List& list) { list.distribution_point->indirect = true; }), leaf,
                  issuer) != "");
    CHECK(refusal(with([](List& list) { list.distribution_point->only_some_reasons = "\x40"; }),
                  leaf, issuer) != "");
    // The list is of http://crl.test/x.crl.
    const auto naming = [&leaf](std::string_view url) {
        Certificate certificate = leaf;
        asn1::Writer out;
        const auto points = out.begin(asn1::Tag::kSequence);
        const auto point = out.begin(asn1::Tag::kSequence);
        const auto name = out.begin(asn1::context_constructed(0));
        const auto full = out.begin(asn1::context_constructed(0));
        out.element(asn1::context(6), url);
        for (const auto mark : {full, name, point, points}) {
            out.end(mark);
        }
        certificate.extensions.push_back(
            {.id = oid::kCrlDistributionPoints, .value = std::move(out).take()});
        return certificate;
    };
    const List whole = list_of("crl-entries");
    const CrlCheck found{.now = kListTime.now};
    CHECK(refusal(whole, naming("http://crl.test/x.crl"), issuer, found) == "");
    for (const CrlCheck& check : {found, kListTime}) {
        CHECK(refusal(whole, naming("http://crl.test/y.crl"), issuer, check) ==
              "the list is of another distribution point than the certificate");
    }
    CHECK(refusal(whole, leaf, issuer, found) != "");
    CHECK(refusal(with([](List& list) { list.distribution_point->locations.clear(); }), leaf,
                  issuer, found) != "");

    CHECK(refusal(with([](List& list) { list.delta = true; }), leaf, issuer) != "");
    CHECK(refusal(with([](List& list) { list.unhandled_critical = true; }), leaf, issuer) != "");
    CHECK(refusal(with([](List& list) { list.next_update.reset(); }), leaf, issuer) != "");
}

TEST_CASE("no prefix of a list is a list, and no octet may follow it") {
    const Bytes der = list_of("crl-entries").der;
    for (std::size_t length = 0; length < der.size(); ++length) {
        const auto cut = parse_crl(ByteView(der).substr(0, length));
        REQUIRE(!cut);
        CHECK(cut.error().code == Code::kInvalidArgument);
    }
    CHECK(!parse_crl(der + "x"));
    CHECK(parse_crl("hello").error().detail == "x509: malformed crl");
}

TEST_CASE("a list of version 1, a repeated algorithm that differs, a negative reason are refused") {
    Bytes der = list_of("crl-entries").der;
    const auto version = der.find(std::string("\x02\x01\x01", 3));
    REQUIRE(version != Bytes::npos);
    der[version + 2] = '\x02';
    CHECK(parse_crl(der).error().detail == "x509: unsupported crl version: 2");

    der = list_of("crl-entries").der;
    const std::string sha256("\x2a\x86\x48\xce\x3d\x04\x03\x02");
    der[der.find(sha256) + 7] = '\x03';
    CHECK(parse_crl(der).error().detail ==
          "x509: inner and outer signature algorithm identifiers don't match");
}

TEST_CASE("changing any octet of a list never makes its signature good") {
    const RevocationList good = list_of("crl-entries");
    const Certificate issuer = issuer_of("crl-entries");
    REQUIRE(check_signature(good, issuer));
    for (std::size_t at = 4; at < good.tbs.size(); at += 3) {
        Bytes der = good.der;
        der[at] = static_cast<char>(der[at] ^ 0x01);
        const auto changed = parse_crl(der);
        CHECK((!changed || !check_signature(*changed, issuer)));
    }
}

}  // namespace step::x509
