#include "base/ip.h"
#include "base/text.h"
#include "setup/config_impl.h"

namespace step::setup {
namespace {

/// Known to the original; each needs a capability of its own.
constexpr std::string_view kKmsTypes[] = {"awskms", "azurekms",    "capi",   "cloudkms", "mackms",
                                          "pkcs11", "sshagentkms", "tpmkms", "yubikey"};

void refuse_kms(Reader& reader, const json::Value& root) {
    const json::Value* kms = section(reader, root, "kms", "kms");
    if (kms == nullptr) {
        return;
    }
    std::string type, uri;
    json::Fields fields(*kms, "kms");
    fields.get("type", type).get("uri", uri);
    reader.take(fields);
    const bool by_type = !type.empty();
    if (!by_type) {
        type = uri.substr(0, uri.find(':'));
    }
    const json::Value* place = kms->find(by_type ? "type" : "uri");
    const std::string key = by_type ? "kms.type" : "kms.uri";
    if (!type.empty() && !equal_fold(type, "softkms")) {
        for (const std::string_view known : kKmsTypes) {
            if (equal_fold(type, known)) {
                reader.refuse(place, key, "kms type " + type);
                return;
            }
        }
        reader.fail(Code::kInvalidArgument, "unsupported kms type " + type, key, place);
        return;
    }
    for (const char* name :
         {"credentialsFile", "pin", "managementKey", "region", "profile", "storageDirectory"}) {
        reader.refuse(kms->find(name), std::string("kms.") + name,
                      std::string("kms.") + name + " with softkms");
    }
}

void refuse_crl(Reader& reader, const json::Value& root) {
    const json::Value* crl = section(reader, root, "crl", "crl");
    if (crl == nullptr) {
        return;
    }
    bool enabled = false, on_revoke = false;
    std::string idp_url;
    json::Fields fields(*crl, "crl");
    fields.get("enabled", enabled).get("generateOnRevoke", on_revoke).get("idpURL", idp_url);
    reader.take(fields);
    Duration cache{0}, renew{0};
    read_duration(reader, *crl, "cacheDuration", "crl.cacheDuration", cache);
    read_duration(reader, *crl, "renewPeriod", "crl.renewPeriod", renew);
    const auto bad = [&](const char* name, const char* message) {
        reader.fail(Code::kInvalidArgument, message, std::string("crl.") + name, crl->find(name));
    };
    if (cache.count() < 0) {
        bad("cacheDuration", "crl.cacheDuration must be greater than or equal to 0");
    }
    if (renew.count() < 0) {
        bad("renewPeriod", "crl.renewPeriod must be greater than or equal to 0");
    }
    if (renew > cache && cache.count() > 0) {
        bad("cacheDuration", "crl.cacheDuration must be greater than or equal to crl.renewPeriod");
    }
    // The other members say how; without `enabled` they ask for nothing, as in the original.
    reader.refuse(crl->find("enabled"), "crl.enabled", "a certificate revocation list");
}

}  // namespace

void refuse_later_capabilities(Reader& reader, const json::Value& root) {
    if (const json::Value* metrics = root.find("metricsAddress")) {
        const std::string* address = metrics->as_string();
        if (address != nullptr && !address->empty() && !split_host_port(*address)) {
            reader.fail(Code::kInvalidArgument, "invalid metrics address \"" + *address + "\"",
                        "metricsAddress", metrics);
        }
        reader.refuse(metrics, "metricsAddress", "a metrics listener");
    }
    refuse_kms(reader, root);
    reader.refuse(root.find("ssh"), "ssh", "an SSH certificate authority");
    reader.refuse(root.find("templates"), "templates", "a set of SSH configuration templates");
    refuse_crl(reader, root);
    reader.refuse(root.find("monitoring"), "monitoring", "monitoring");
}

void read_db(Reader& reader, const json::Value& root, std::optional<DbConfig>& out) {
    const json::Value* db = section(reader, root, "db", "db");
    if (db == nullptr) {
        return;
    }
    out.emplace();
    json::Fields fields(*db, "db");
    fields.get("type", out->type)
        .get("dataSource", out->data_source)
        .get("valueDir", out->value_dir)
        .get("database", out->database)
        .get("badgerFileLoadingMode", out->badger_file_loading_mode);
    reader.take(fields);
    const std::string opening = "Error opening database of Type " + out->type + ": ";
    const std::string type = to_lower(out->type);
    if (type == "mysql" || type == "postgresql") {
        reader.fail(Code::kUnsupported, opening + type + " is not supported by this version",
                    "db.type", db->find("type"));
        return;
    }
    if (type != "badger" && type != "badgerv1" && type != "badgerv2" && type != "bbolt") {
        reader.fail(Code::kInvalidArgument, opening + out->type + " database not supported",
                    "db.type", db->find("type"), "write badgerv2 or bbolt");
        return;
    }
    if (out->data_source.empty()) {
        reader.fail(Code::kInvalidArgument, opening + "dataSource cannot be empty", "db.dataSource",
                    db->find("dataSource"));
    }
    const std::string& mode = out->badger_file_loading_mode;
    const json::Value* mode_value = db->find("badgerFileLoadingMode");
    if (!mode.empty() && !equal_fold(mode, "MemoryMap")) {
        // Ours is always a memory map, which is what the other value asks to avoid.
        reader.fail(equal_fold(mode, "FileIO") ? Code::kUnsupported : Code::kInvalidArgument,
                    "badgerFileLoadingMode " + mode + " is not supported, only MemoryMap",
                    "db.badgerFileLoadingMode", mode_value);
    }
    reader.refuse(db->find("database"), "db.database", "db.database with a database on disk");
    if (!out->value_dir.empty() && out->value_dir != out->data_source) {
        reader.warn("db.valueDir is not used: everything is kept in db.dataSource",
                    db->find("valueDir"), "remove it");
    }
}

}  // namespace step::setup
