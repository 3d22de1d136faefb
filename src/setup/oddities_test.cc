#include <doctest/doctest.h>

#include "base/text.h"
#include "setup/config.h"

namespace step::setup {
namespace {

std::string line_of(const Finding& finding) {
    return std::to_string(finding.place.line) + ":" + std::to_string(finding.place.column) + " " +
           (finding.severity == Finding::Severity::kError ? "error" : "warning") + ": " +
           finding.what + (finding.advice.empty() ? "" : "; " + finding.advice);
}

std::string oddities(std::string_view text) {
    std::vector<std::string> lines;
    for (const Finding& finding : find_oddities(text, read_config(text, "x.json").root)) {
        lines.push_back(line_of(finding));
    }
    return join(lines, "\n");
}

std::string findings(std::string_view text) {
    const Reading reading = read_config(text, "x.json");
    std::vector<std::string> lines;
    bool error = false;
    for (const Finding& finding : reading.findings) {
        lines.push_back(line_of(finding));
        error = error || finding.severity == Finding::Severity::kError;
    }
    CHECK(error == !reading.status);
    return join(lines, "\n");
}

std::string lines(const std::vector<std::string>& all) {
    return join(all, "\n");
}

TEST_CASE("unknown keys are found at each level, with the nearest known one") {
    CHECK(
        oddities(R"({"adress":1, "tls":{"minversoin":1},
 "logger":{"fromat":"x"}, "db":{"datasource":"", "valueDri":""},
 "authority":{"cliams":{}, "claims":{"maxTLSCertDurations":"1h"}, "purge":{"other":1},
  "provisioners":[{"type":"JWK","nmae":"x","claims":{"enableSSH":true}},{"type":"other","nmae":1}]}})") ==
        lines(
            {R"(1:2 warning: unknown key "adress" is ignored; did you mean "address"?)",
             R"(2:12 warning: unknown key "fromat" in logger is ignored; did you mean "format"?)",
             R"(2:50 warning: unknown key "valueDri" in db is ignored; did you mean "valueDir"?)",
             R"(1:21 warning: unknown key "minversoin" in tls is ignored; did you mean "minVersion"?)",
             R"(3:15 warning: unknown key "cliams" in authority is ignored; did you mean "claims"?)",
             R"(3:38 warning: unknown key "maxTLSCertDurations" in authority.claims is ignored; did you mean "maxTLSCertDuration"?)",
             R"(4:33 warning: unknown key "nmae" in authority.provisioners[0] is ignored; did you mean "name"?)",
             R"(4:54 warning: unknown key "enableSSH" in authority.provisioners[0].claims is ignored; did you mean "enableSSHCA"?)"}));
    CHECK(oddities(R"({"colour":"red"})") ==
          lines({R"(1:2 warning: unknown key "colour" is ignored; remove it)"}));
}

TEST_CASE("unknown keys of name policies are found too, the authority's and a provisioner's") {
    CHECK(
        oddities(
            R"({"authority":{"policy":{"x509":{"alow":{},"deny":{"dsn":[]}},"ssh":{"users":{}}},
 "provisioners":[{"type":"JWK","policy":{"ssh":{"host":{"allow":{"DNS":[],"uri":[]}}}}}]}})") ==
        lines(
            {R"(1:33 warning: unknown key "alow" in authority.policy.x509 is ignored; did you mean "allow"?)",
             R"(1:69 warning: unknown key "users" in authority.policy.ssh is ignored; did you mean "user"?)",
             R"(1:51 warning: unknown key "dsn" in authority.policy.x509.deny is ignored; did you mean "dns"?)",
             R"(2:75 warning: unknown key "uri" in authority.provisioners[0].policy.ssh.host.allow is ignored; remove it)"}));
}

TEST_CASE("unknown keys of webhooks are found too") {
    CHECK(
        oddities(R"({"authority":{"provisioners":[{"type":"JWK","options":
 {"webhooks":[{"name":"a","certtype":"ALL","secrte":""},{"knid":"b"}]}}]}})") ==
        lines(
            {R"(2:44 warning: unknown key "secrte" in authority.provisioners[0].options.webhooks[0] is ignored; remove it)",
             R"(2:58 warning: unknown key "knid" in authority.provisioners[0].options.webhooks[1] is ignored; did you mean "kind"?)"}));
}

TEST_CASE("comments that people make are let pass, as any case is") {
    CHECK(oddities(R"({"_comment":"x","//":"y","$schema":"z","#":1,"ADDRESS":":1"})").empty());
}

TEST_CASE("a key given twice and text behind the configuration are told") {
    CHECK(
        oddities("{\"address\":\":1\",\n\"Address\":\":2\"} x") ==
        lines(
            {R"(1:2 warning: "address" is given again in line 2, and only the last one counts; remove one of them)",
             "2:17 warning: text after the end of the configuration is ignored; remove it"}));
}

TEST_CASE("everything wrong is found in one reading, each at its place") {
    CHECK(
        findings(R"({"root":1,
 "crt":"", "address":"nonsense", "dnsNames":[7],
 "tls":{"minVersion":"1.2", "cipherSuites":["x"]},
 "ssh":{"hostKey":"x"},
 "db":{"type":"badgerv2"},
 "logger":{"format":"xml"},
 "authority":{"backdate":"1d","enableAdmin":true,
   "provisioners":[{"type":7},{"type":"OIDC"},{"type":"Jwkk"}]}})") ==
        lines(
            {"1:9 error: cannot unmarshal number into field root of type string; write a "
             "string in double quotes",
             "2:46 error: cannot unmarshal number into field dnsNames of type string; write a "
             "string in double quotes",
             R"(7:26 error: error parsing 1d as duration: time: unknown unit "d" in duration "1d"; write a duration like "24h", "1h30m" or "500ms")",
             "7:45 error: remote provisioner management is not supported by this version; remove "
             "authority.enableAdmin",
             "8:28 error: cannot unmarshal number into field authority.provisioners[0].type of "
             "type "
             "string; write a string in double quotes",
             "8:39 error: a provisioner of type OIDC is not supported by this version; remove "
             "authority.provisioners[1].type",
             R"(8:55 warning: provisioner "" is left out: its type "Jwkk" is unknown; write JWK)",
             "2:8 error: crt cannot be empty; name the file of the intermediate certificate",
             "1:1 error: key cannot be empty; name the file of the intermediate's private key",
             R"(2:22 error: invalid address nonsense; write "host:port" or ":port")",
             "3:22 error: cannot unmarshal string into field tls.minVersion of type float64; write "
             "a number, without quotes",
             "3:44 warning: tls.cipherSuites: x is not a known cipher suite and is skipped; remove "
             "it",
             "3:44 error: tls.cipherSuites leaves no usable cipher suite",
             "4:8 error: an SSH certificate authority is not supported by this version; remove ssh",
             "5:7 error: Error opening database of Type badgerv2: dataSource cannot be empty",
             "6:21 error: unsupported logger.format 'xml'; write text, json or common"}));
}

TEST_CASE("what is no configuration at all has one finding") {
    CHECK(
        findings("{\"address\": nope}") ==
        lines({"1:14 error: invalid character 'o' in literal null (expecting 'u'); mend the JSON; "
               "nothing behind this was read"}));
    CHECK(findings("[]") ==
          lines({"1:1 error: cannot unmarshal array into Go value of type config.Config"}));
}

}  // namespace
}  // namespace step::setup
