#include "base/base64.h"
#include "base/files.h"
#include "base/text.h"
#include "jose/strict.h"
#include "json/decode.h"
#include "provisioner/aws_document.h"
#include "provisioner/aws_keys.h"
#include "provisioner/cloud_impl.h"

namespace step::provisioner {
namespace {

constexpr int kExtensionType = 4;
constexpr std::string_view kIssuer = "ec2.amazonaws.com";
constexpr std::size_t kMaxRoots = std::size_t{4} << 20U;

struct Aws {
    Cloud cloud{};
    List accounts{};
    std::shared_ptr<const AwsKeys> keys{};
};

/// The claims beside the registered ones.
struct AwsClaims {
    Bytes document{}, signature{};
};

Error refuse(const std::string& cause) {
    return {.code = Code::kUnauthenticated, .cause = "aws.authorizeToken; " + cause};
}

Result<Bytes> read_octets(const json::Value& object, std::string_view name) {
    std::string text;
    STEP_TRY(jose::get_string(object, name, text));
    return parse_base64(text);
}

Result<AwsClaims> read_claims(const json::Value& all) {
    // Nobody asks for them, but they must be what they should.
    std::vector<std::string> names;
    STEP_TRY(json::Fields(all, "token").get("sans", names).status());
    const json::Value* amazon = all.find_exact("amazon");
    if (amazon == nullptr || amazon->is_null()) {
        return AwsClaims{};
    }
    if (amazon->as_object() == nullptr) {
        return jose::invalid("claim amazon is no object");
    }
    AwsClaims claims;
    STEP_ASSIGN(claims.document, read_octets(*amazon, "document"));
    STEP_ASSIGN(claims.signature, read_octets(*amazon, "signature"));
    return claims;
}

/// The key of the token is the signature of the document, which proves only that whoever made the
/// token had the document; that the document is a machine's, AWS's signature proves.
Result<AwsDocument> verify_document(const Aws& aws, const Token& token) {
    const Result<AwsClaims> claims = read_claims(token.claims.all);
    if (!claims) {
        return refuse("error unmarshaling claims: " + words_of(claims.error()));
    }
    if (const Status good = jose::verify_hmac(token.jws, claims->signature); !good) {
        return refuse("error verifying claims: " + words_of(good.error()));
    }
    // Read before it is verified, but acted upon only to try the likeliest key first.
    Result<AwsDocument> document = parse_aws_document(claims->document);
    if (!aws.keys->signed_by_any(claims->document, claims->signature,
                                 document ? document->region : "")) {
        return refuse("invalid aws token signature: error validating identity document signature");
    }
    if (!document) {
        return refuse(document.error().detail);
    }
    return document;
}

/// Everything that is asked of a token, whatever it is for.
Result<AwsDocument> verify(const Aws& aws, const Token& token, const Context& context) {
    STEP_ASSIGN(AwsDocument document, verify_document(aws, token));
    if (const Status valid = jose::check_claims(token.claims, kIssuer, context.now); !valid) {
        return refuse("invalid aws token: " + words_of(valid.error()));
    }
    if (!audience_matches(token.claims.audience, context.audiences.sign, aws.cloud.token_id)) {
        return refuse("invalid token - invalid audience claim (aud)");
    }
    const std::string& subject = token.claims.subject;
    if (aws.cloud.disable_custom_sans && subject != document.instance_id &&
        subject != document.private_ip && subject != document.dns_name()) {
        return refuse("invalid token - invalid subject claim (sub)");
    }
    if (!passes(aws.accounts, document.account_id)) {
        return refuse("invalid aws identity document - accountId is not valid");
    }
    if (is_too_old(aws.cloud, document.pending_time, context.now)) {
        return refuse("aws identity document pendingTime is too old");
    }
    return document;
}

Result<Allowed> authorize_sign(const Aws& aws, const Token& token, const Context& context) {
    STEP_ASSIGN(const AwsDocument document, verify(aws, token, context));
    return allow(aws.cloud, token,
                 {.common_name = token.claims.subject,
                  .common_names = {token.claims.subject},
                  .own_names = {document.dns_name(), document.private_ip},
                  .credential_id = document.account_id,
                  .key_values = {"InstanceID", document.instance_id},
                  .principal = document.instance_id,
                  .unique = aws.cloud.token_id + "." + document.instance_id,
                  .what = "instance " + document.instance_id});
}

Result<AwsKeys> load_keys(const std::string& file, const Inherited& inherited) {
    if (file.empty()) {
        return AwsKeys::published();
    }
    const Result<Bytes> pem =
        read_file(inherited.resolve ? inherited.resolve(file) : file, kMaxRoots);
    if (!pem) {
        // As Go words it.
        return Error{.code = pem.error().code,
                     .detail = "error reading " + file + ": " +
                               replace_all(pem.error().detail, " failed: ", ": ")};
    }
    return AwsKeys::read(*pem);
}

}  // namespace

std::vector<std::string> find_failures_aws(Config& config, const Inherited& inherited) {
    std::vector<std::string> all = find_common_failures(config);
    if (Result<AwsKeys> keys = load_keys(config.iid_roots, inherited)) {
        config.aws_keys = std::make_shared<const AwsKeys>(*std::move(keys));
    } else {
        all.push_back(keys.error().detail);
    }
    if (!config.imds_versions || config.imds_versions->empty()) {
        // Shown as if it had been said, unless something was wrong before.
        config.imds_versions =
            all.empty() ? List(std::vector<std::string>{"v2", "v1"}) : config.imds_versions;
        return all;
    }
    for (const std::string& version : *config.imds_versions) {
        if (version != "v1" && version != "v2") {
            all.push_back(version + ": not a supported AWS Instance Metadata Service version");
        }
    }
    return all;
}

void make_aws(const Config& config, const Inherited& /*inherited*/, Provisioner& out) {
    out.id = "aws/" + config.name;
    out.token_id = out.id;
    if (!out.failure.empty()) {
        return;
    }
    const auto aws =
        std::make_shared<const Aws>(Aws{.cloud = make_cloud(config, out, kExtensionType),
                                        .accounts = config.accounts,
                                        .keys = config.aws_keys});
    out.sign = [aws](const Token& token, const Context& context) {
        return authorize_sign(*aws, token, context);
    };
}

}  // namespace step::provisioner
