#include "x509/san.h"

#include "asn1/reader.h"
#include "asn1/writer.h"
#include "base/ip.h"
#include "base/text.h"
#include "base/uri.h"
#include "x509/parse_impl.h"

namespace step::x509 {
namespace impl {

bool is_ascii(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

bool is_domain_name(std::string_view name, bool constraint) {
    if (name.empty()) {
        return true;
    }
    if (name.back() == '.') {
        return false;
    }
    if (constraint && name.front() == '.') {
        name.remove_prefix(1);
    }
    char before = '.';
    for (const char c : name) {
        if (c < 33 || c > 126 || (c == '.' && before == '.')) {
            return false;
        }
        before = c;
    }
    return true;
}

}  // namespace impl

namespace {

using asn1::Tag;
using impl::kDnsTag;
using impl::kEmailTag;
using impl::kIpTag;
using impl::kUriTag;
using impl::malformed;
using impl::said;

Status check_ia5(const std::string& name) {
    if (!impl::is_ascii(name)) {
        return malformed("x509: " + quote(name) + " cannot be encoded as an IA5String");
    }
    return ok();
}

Result<std::string> read_uri(ByteView text) {
    const Result<Uri> uri = parse_uri(text);
    if (!uri) {
        return malformed("x509: cannot parse URI " + quote(text) + ": " + uri.error().detail);
    }
    if (!impl::is_domain_name(uri->host, /*constraint=*/false)) {
        return malformed("x509: cannot parse URI " + quote(text) + ": invalid domain");
    }
    return format_uri(*uri);
}

Status add_name(ParsedAltNames& parsed, const asn1::Reader::Element& name) {
    if (name.tag == kDnsTag) {
        if (!impl::is_ascii(name.contents)) {
            return malformed("x509: SAN dNSName is malformed");
        }
        parsed.names.dns.emplace_back(name.contents);
    } else if (name.tag == kEmailTag) {
        if (!impl::is_ascii(name.contents)) {
            return malformed("x509: SAN rfc822Name is malformed");
        }
        parsed.names.emails.emplace_back(name.contents);
    } else if (name.tag == kUriTag) {
        if (!impl::is_ascii(name.contents)) {
            return malformed("x509: SAN uniformResourceIdentifier is malformed");
        }
        STEP_ASSIGN(std::string uri, read_uri(name.contents));
        parsed.names.uris.push_back(std::move(uri));
    } else if (name.tag == kIpTag) {
        if (name.contents.size() != 4 && name.contents.size() != 16) {
            return malformed(
                fmt::format("x509: cannot parse IP address of length {}", name.contents.size()));
        }
        parsed.names.ips.emplace_back(name.contents);
    } else {
        parsed.others.emplace_back(name.whole);
    }
    return ok();
}

}  // namespace

std::vector<std::string> name_texts(const AltNames& names) {
    std::vector<std::string> texts = names.dns;
    texts.insert(texts.end(), names.emails.begin(), names.emails.end());
    for (const Bytes& ip : names.ips) {
        texts.push_back(format_ip(ip));
    }
    texts.insert(texts.end(), names.uris.begin(), names.uris.end());
    return texts;
}

Result<AltNames> classify_names(const std::vector<std::string>& names) {
    AltNames sorted;
    for (const std::string& name : names) {
        if (name.empty()) {
            continue;
        }
        if (std::optional<Bytes> ip = parse_ip(name)) {
            sorted.ips.push_back(*std::move(ip));
            continue;
        }
        // Only what has a colon can have a scheme.
        if (name.find(':') != std::string::npos) {
            const Result<Uri> uri = parse_uri(name);
            if (uri && !uri->scheme.empty()) {
                std::string text = format_uri(*uri);
                STEP_TRY(check_ia5(text));
                sorted.uris.push_back(std::move(text));
                continue;
            }
        }
        STEP_TRY(check_ia5(name));
        (name.find('@') != std::string::npos ? sorted.emails : sorted.dns).push_back(name);
    }
    return sorted;
}

Bytes encode_alt_names(const AltNames& names) {
    constexpr std::size_t kUsualName = 32;
    asn1::Writer out(kUsualName * (names.size() + 1));
    const auto sequence = out.begin(Tag::kSequence);
    for (const std::string& name : names.dns) {
        out.element(kDnsTag, name);
    }
    for (const std::string& name : names.emails) {
        out.element(kEmailTag, name);
    }
    for (const Bytes& address : names.ips) {
        out.element(kIpTag, address);
    }
    for (const std::string& uri : names.uris) {
        out.element(kUriTag, uri);
    }
    out.end(sequence);
    return std::move(out).take();
}

Result<ParsedAltNames> parse_alt_names(ByteView extension_value) {
    asn1::Reader outer(extension_value);
    STEP_ASSIGN(asn1::Reader list, said(outer.enter(), "x509: invalid subject alternative names"));
    STEP_TRY(said(outer.finish(), "x509: invalid subject alternative names"));
    ParsedAltNames parsed;
    while (!list.at_end()) {
        STEP_ASSIGN(const asn1::Reader::Element name,
                    said(list.read_any(), "x509: invalid subject alternative name"));
        STEP_TRY(add_name(parsed, name));
    }
    return parsed;
}

}  // namespace step::x509
