#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "json/value.h"
#include "profile/ssh_plan.h"
#include "tmpl/value.h"
#include "x509/certificate.h"
#include "x509/csr.h"
#include "x509/name.h"
#include "x509/san.h"

namespace step::profile {

/// The data of one execution of a template. Values that cost something are made when the template
/// first asks for them; what they are made of must live until then, which shared pointers see to.
/// Not for several threads, nor for several executions: templates can change it.
class TemplateData {
public:
    TemplateData();

    /// `.KEY`
    void set(std::string key, tmpl::Value value);
    /// `.Insecure.KEY`: said by the requester, checked by nobody.
    void set_insecure(std::string key, tmpl::Value value);

    /// `.Token`: all claims; numbers become float64.
    void set_token(std::shared_ptr<const json::Value> claims);
    /// `.Insecure.User`: an object, or {} in place of anything else.
    void set_user(const json::Value& data);
    /// `.Webhooks.NAME`
    void set_webhook(std::string name, const json::Value& data);
    /// `templateData` of a provisioner: replaces members of the first level. `Insecure` has no
    /// effect, as in the original. Fails with kInvalidArgument if it is neither object nor null.
    Status merge(const json::Value& template_data);

    tmpl::Value value() const;

private:
    std::shared_ptr<tmpl::Map> root_;
    std::shared_ptr<tmpl::Map> insecure_;
};

// What templates of X.509 certificates see.

/// `.Subject`
tmpl::Value subject_value(const x509::Subject& subject);
/// `.SANs`: DNS, IP, email, URI.
tmpl::Value names_value(const x509::AltNames& names);
/// `.Insecure.CR`
tmpl::Value request_value(std::shared_ptr<const x509::Csr> csr);
/// `.AuthorizationCrt`: a Go x509.Certificate.
tmpl::Value certificate_value(std::shared_ptr<const x509::Certificate> certificate);

/// `.Subject` and `.SANs`.
void set_names(TemplateData& data, const x509::Subject& subject, const x509::AltNames& names);

// What templates of SSH certificates see.

/// `.Type`, `.KeyID`, `.Principals` and, for users, the default `.Extensions`.
void set_ssh(TemplateData& data, SshType type, std::string_view key_id,
             const std::vector<std::string>& principals);
/// `.Extensions` and `.CriticalOptions`.
tmpl::Value ssh_options_value(const std::map<std::string, std::string>& options);

/// `.Insecure.CR` of an SSH request. `key` is what `.Key` gives: nil if nobody needs it.
struct SshRequest {
    std::string type{}, key_id{};
    std::vector<std::string> principals{};
    tmpl::Value key{};
};
tmpl::Value ssh_request_value(const SshRequest& request);

}  // namespace step::profile
