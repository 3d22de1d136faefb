#include "x509/certificate.h"

namespace step::x509::oid {

using asn1::Oid;

// NOLINTBEGIN(cert-err58-cpp): constants; the constructor allocates nothing this short.
const Oid kCommonName = Oid::constant("\x55\x04\x03");
const Oid kSerialNumber = Oid::constant("\x55\x04\x05");
const Oid kCountry = Oid::constant("\x55\x04\x06");
const Oid kLocality = Oid::constant("\x55\x04\x07");
const Oid kProvince = Oid::constant("\x55\x04\x08");
const Oid kStreet = Oid::constant("\x55\x04\x09");
const Oid kOrganization = Oid::constant("\x55\x04\x0a");
const Oid kOrganizationalUnit = Oid::constant("\x55\x04\x0b");
const Oid kPostalCode = Oid::constant("\x55\x04\x11");
const Oid kEmailAddress = Oid::constant("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x01");
const Oid kSubjectKeyId = Oid::constant("\x55\x1d\x0e");
const Oid kKeyUsage = Oid::constant("\x55\x1d\x0f");
const Oid kSubjectAltName = Oid::constant("\x55\x1d\x11");
const Oid kBasicConstraints = Oid::constant("\x55\x1d\x13");
const Oid kNameConstraints = Oid::constant("\x55\x1d\x1e");
const Oid kCrlNumber = Oid::constant("\x55\x1d\x14");
const Oid kReasonCode = Oid::constant("\x55\x1d\x15");
const Oid kDeltaCrlIndicator = Oid::constant("\x55\x1d\x1b");
const Oid kIssuingDistributionPoint = Oid::constant("\x55\x1d\x1c");
const Oid kCrlDistributionPoints = Oid::constant("\x55\x1d\x1f");
const Oid kCertificatePolicies = Oid::constant("\x55\x1d\x20");
const Oid kPolicyMappings = Oid::constant("\x55\x1d\x21");
const Oid kAuthorityKeyId = Oid::constant("\x55\x1d\x23");
const Oid kPolicyConstraints = Oid::constant("\x55\x1d\x24");
const Oid kExtendedKeyUsage = Oid::constant("\x55\x1d\x25");
const Oid kInhibitAnyPolicy = Oid::constant("\x55\x1d\x36");
const Oid kAuthorityInfoAccess = Oid::constant("\x2b\x06\x01\x05\x05\x07\x01\x01");
const Oid kOcspAccess = Oid::constant("\x2b\x06\x01\x05\x05\x07\x30\x01");
const Oid kIssuerAccess = Oid::constant("\x2b\x06\x01\x05\x05\x07\x30\x02");
const Oid kOcspBasic = Oid::constant("\x2b\x06\x01\x05\x05\x07\x30\x01\x01");
const Oid kOcspSigning = Oid::constant("\x2b\x06\x01\x05\x05\x07\x03\x09");
const Oid kSha1 = Oid::constant("\x2b\x0e\x03\x02\x1a");
const Oid kServerAuth = Oid::constant("\x2b\x06\x01\x05\x05\x07\x03\x01");
const Oid kClientAuth = Oid::constant("\x2b\x06\x01\x05\x05\x07\x03\x02");
const Oid kAnyExtendedKeyUsage = Oid::constant(std::string_view("\x55\x1d\x25\x00", 4));
const Oid kExtensionRequest = Oid::constant("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x0e");
// 1.3.6.1.4.1.37476.9000.64.1
const Oid kStepProvisioner = Oid::constant("\x2b\x06\x01\x04\x01\x82\xa4\x64\xc6\x28\x40\x01");
// NOLINTEND(cert-err58-cpp)

}  // namespace step::x509::oid
