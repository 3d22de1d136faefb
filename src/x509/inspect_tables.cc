// Identifiers by the names that the JSON form uses for them.
#include "x509/inspect_json.h"

namespace step::x509::parts {

namespace {

constexpr NamedOid kPurposes[] = {
    {"1.3.6.1.5.5.7.3.13", "eap_over_ppp"},
    {"1.3.6.1.5.5.7.3.9", "ocsp_signing"},
    {"1.2.840.113635.100.4.1.2", "apple_software_update_signing"},
    {"1.2.840.113635.100.4.5.3", "apple_crypto_test_env"},
    {"1.3.6.1.4.1.311.10.3.8", "microsoft_embedded_nt_crypto"},
    {"1.3.6.1.4.1.311.10.5.2", "microsoft_drm_individualization"},
    {"1.3.6.1.4.1.311.21.6", "microsoft_key_recovery_21"},
    {"1.2.840.113635.100.4.5.1", "apple_crypto_production_env"},
    {"1.2.840.113635.100.4.6.2", "apple_crypto_tier1_qos"},
    {"1.3.6.1.5.5.7.3.2", "client_auth"},
    {"1.3.6.1.5.5.7.3.3", "code_signing"},
    {"1.2.840.113635.100.4.5.4", "apple_crypto_development_env"},
    {"1.2.840.113635.100.4.6.1", "apple_crypto_tier0_qos"},
    {"1.2.840.113635.100.4.6.3", "apple_crypto_tier2_qos"},
    {"1.3.6.1.4.1.311.10.3.14", "microsoft_mobile_device_software"},
    {"1.3.6.1.4.1.311.10.3.6", "microsoft_nt5_crypto"},
    {"1.2.840.113635.100.4.1.3", "apple_code_signing_third_party"},
    {"1.3.6.1.4.1.311.10.3.2", "microsoft_timestamp_signing"},
    {"1.3.6.1.4.1.311.10.3.9", "microsoft_root_list_signer"},
    {"1.3.6.1.4.1.311.47.1.1", "microsoft_system_health"},
    {"1.3.6.1.5.5.7.3.8", "time_stamping"},
    {"1.2.840.113635.100.4.1.1", "apple_code_signing_development"},
    {"1.2.840.113635.100.4.6", "apple_crypto_qos"},
    {"1.3.6.1.4.1.311.10.3.12", "microsoft_document_signing"},
    {"1.3.6.1.4.1.311.10.3.4", "microsoft_encrypted_file_system"},
    {"1.3.6.1.4.1.311.10.3.5", "microsoft_whql_crypto"},
    {"2.16.840.1.113730.4.1", "netscape_server_gated_crypto"},
    {"1.2.840.113635.100.4.6.4", "apple_crypto_tier3_qos"},
    {"1.3.6.1.4.1.311.10.3.15", "microsoft_smart_display"},
    {"1.3.6.1.4.1.311.10.3.4.1", "microsoft_efs_recovery"},
    {"1.3.6.1.4.1.311.61.1.1", "microsoft_kernel_mode_code_signing"},
    {"1.3.6.1.5.5.7.3.1", "server_auth"},
    {"1.3.6.1.5.5.7.3.5", "ipsec_end_system"},
    {"1.3.6.1.5.5.7.3.7", "ipsec_user"},
    {"1.3.6.1.4.1.311.10.3.10", "microsoft_qualified_subordinate"},
    {"1.2.840.113635.100.4.1.4", "apple_resource_signing"},
    {"1.3.6.1.4.1.311.10.3.7", "microsoft_oem_whql_crypto"},
    {"1.3.6.1.4.1.311.20.2.2", "microsoft_smartcard_logon"},
    {"1.3.6.1.5.5.7.3.4", "email_protection"},
    {"1.3.6.1.4.1.311.10.3.3", "microsoft_server_gated_crypto"},
    {"1.3.6.1.4.1.311.21.5", "microsoft_ca_exchange"},
    {"1.3.6.1.5.5.7.3.10", "dvcs"},
    {"1.2.840.113635.100.4.2", "apple_ichat_signing"},
    {"1.2.840.113635.100.4.3", "apple_ichat_encryption"},
    {"1.2.840.113635.100.4.1", "apple_code_signing"},
    {"1.2.840.113635.100.4.5", "apple_crypto_env"},
    {"1.3.6.1.4.1.311.47.1.3", "microsoft_system_health_loophole"},
    {"2.5.29.37.0", "any"},
    {"1.2.840.113635.100.4.5.2", "apple_crypto_maintenance_env"},
    {"1.3.6.1.5.5.7.3.6", "ipsec_tunnel"},
    {"1.3.6.1.4.1.311.10.3.13", "microsoft_lifetime_signing"},
    {"1.3.6.1.4.1.311.10.3.16", "microsoft_csp_signature"},
    {"1.3.6.1.4.1.311.10.3.3.1", "microsoft_sgc_serialized"},
    {"1.3.6.1.5.5.7.3.11", "sbgp_cert_aa_service_auth"},
    {"1.3.6.1.5.5.7.3.14", "eap_over_lan"},
    {"1.3.6.1.4.1.311.10.5.4", "microsoft_license_server"},
    {"1.3.6.1.4.1.311.20.2.1", "microsoft_enrollment_agent"},
    {"1.2.840.113635.100.4.4", "apple_system_identity"},
    {"1.3.6.1.4.1.311.10.3.11", "microsoft_key_recovery_3"},
    {"1.3.6.1.4.1.311.10.3.1", "microsoft_cert_trust_list_signing"},
    {"1.3.6.1.4.1.311.10.5.1", "microsoft_drm"},
    {"1.3.6.1.4.1.311.10.5.3", "microsoft_licenses"},
};

constexpr NamedOid kAttributes[] = {
    {"2.5.4.3", "CN"},
    {"2.5.4.4", "SN"},
    {"2.5.4.5", "serialNumber"},
    {"2.5.4.6", "C"},
    {"2.5.4.7", "L"},
    {"2.5.4.8", "ST"},
    {"2.5.4.9", "street"},
    {"2.5.4.10", "O"},
    {"2.5.4.11", "OU"},
    {"2.5.4.12", "title"},
    {"2.5.4.13", "description"},
    {"2.5.4.14", "searchGuide"},
    {"2.5.4.15", "businessCategory"},
    {"2.5.4.16", "postalAddress"},
    {"2.5.4.17", "postalCode"},
    {"2.5.4.18", "postOfficeBox"},
    {"2.5.4.19", "physicalDeliveryOfficeName"},
    {"2.5.4.20", "telephoneNumber"},
    {"2.5.4.31", "member"},
    {"2.5.4.32", "owner"},
    {"2.5.4.41", "name"},
    {"2.5.4.42", "GN"},
    {"2.5.4.43", "initials"},
    {"2.5.4.44", "generationQualifier"},
    {"2.5.4.45", "x500UniqueIdentifier"},
    {"2.5.4.46", "dnQualifier"},
    {"2.5.4.49", "distinguishedName"},
    {"2.5.4.50", "uniqueMember"},
    {"2.5.4.51", "houseIdentifier"},
    {"2.5.4.65", "pseudonym"},
    {"2.5.4.72", "role"},
    {"0.9.2342.19200300.100.1.1", "UID"},
    {"0.9.2342.19200300.100.1.3", "mail"},
    {"0.9.2342.19200300.100.1.25", "DC"},
    {"1.2.840.113549.1.9.1", "emailAddress"},
    {"1.2.840.113549.1.9.2", "unstructuredName"},
    {"1.2.840.113549.1.9.8", "unstructuredAddress"},
    {"1.3.6.1.4.1.311.60.2.1.1", "jurisdictionLocality"},
    {"1.3.6.1.4.1.311.60.2.1.2", "jurisdictionStateOrProvince"},
    {"1.3.6.1.4.1.311.60.2.1.3", "jurisdictionCountry"},
};

constexpr NamedOid kNameMembers[] = {
    {"2.5.4.3", "common_name"},
    {"2.5.4.5", "serial_number"},
    {"2.5.4.6", "country"},
    {"2.5.4.7", "locality"},
    {"2.5.4.8", "province"},
    {"2.5.4.9", "street_address"},
    {"2.5.4.10", "organization"},
    {"2.5.4.11", "organizational_unit"},
    {"2.5.4.17", "postal_code"},
    {"0.9.2342.19200300.100.1.25", "domain_component"},
    {"1.2.840.113549.1.9.1", "email_address"},
    {"2.5.4.42", "given_name"},
    {"2.5.4.4", "surname"},
    {"1.3.6.1.4.1.311.60.2.1.3", "jurisdiction_country"},
    {"1.3.6.1.4.1.311.60.2.1.1", "jurisdiction_locality"},
    {"1.3.6.1.4.1.311.60.2.1.2", "jurisdiction_province"},
};

constexpr CurveParameters kCurveNames[] = {
    {"P-256", 256, "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff",
     "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
     "5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b",
     "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296",
     "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"},
    {"P-384", 384,
     "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000"
     "ffffffff",
     "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196a"
     "ccc52973",
     "b3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8ed"
     "d3ec2aef",
     "aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e38"
     "72760ab7",
     "3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c"
     "90ea0e5f"},
    {"P-521", 521,
     "01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
     "ffffffffffffffffffffffffffffffffffffffffffff",
     "01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc"
     "0148f709a5d03bb5c9b8899c47aebb6fb71e91386409",
     "51953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109e156193951ec7e937b1652c0"
     "bd3bb1bf073573df883d2c34f1ef451fd46b503f00",
     "c6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d3dbaa14b5e77efe75928fe1dc1"
     "27a2ffa8de3348b3c1856a429bf97e7e31c2e5bd66",
     "011839296a789a3bc0045c8a5fb42c7d1bd998f54449579b446817afbd17273e662c97ee72995ef42640c550"
     "b9013fad0761353c7086a272c24088be94769fd16650"},
};

}  // namespace

std::span<const NamedOid> purpose_members() {
    return kPurposes;
}

std::span<const NamedOid> name_members() {
    return kNameMembers;
}

std::string_view attribute_label(std::string_view oid) {
    for (const NamedOid& known : kAttributes) {
        if (known.oid == oid) {
            return known.name;
        }
    }
    return oid;
}

const CurveParameters* curve_parameters(std::string_view name) {
    for (const CurveParameters& curve : kCurveNames) {
        if (curve.name == name) {
            return &curve;
        }
    }
    return nullptr;
}

}  // namespace step::x509::parts
