#pragma once

// Shared by inspect_text*.cc; nobody else includes this.

#include <string>
#include <string_view>

#include "x509/certificate.h"
#include "x509/inspect.h"

namespace step::x509::parts {

void put_line(std::string& out, std::size_t indent, std::string_view text);
/// "            X509v3 Key Usage: critical"
void put_heading(std::string& out, std::string_view name, const Extension& extension);
/// An extension that we cannot read: its name or dotted identifier, its octets as far as they
/// are printable.
void put_opaque(std::string& out, std::string_view name, const Extension& extension);
/// "a, b, c" behind `indent`; nothing if there is none.
void put_list(std::string& out, std::size_t indent, const std::vector<std::string>& items,
              std::string_view prefix = "");

/// One extension of a certificate below 2.5.29.
void put_standard_extension(std::string& out, const Certificate& certificate,
                            const Extension& extension);
/// Any other: access information, step's own, transparency, YubiKey, Sigstore, unknown.
void put_other_extension(std::string& out, const Extension& extension);
/// Everything between "Requested Extensions:" and the signature.
void put_requested_extensions(std::string& out, const UncheckedCsr& request);

void put_alt_names(std::string& out, const Extension& extension, const AltNames& names);
std::vector<std::string> key_usage_names(std::uint32_t bits);

}  // namespace step::x509::parts
