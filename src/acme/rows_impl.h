#pragma once

#include <string>
#include <string_view>

#include "acme/types.h"
#include "base/result.h"
#include "storage/row.h"
#include "storage/tables.h"

namespace step::acme {

// How objects are written into rows and read back. Decoding fails with kInternal.

std::string encode(const Account& account);
Result<Account> decode_account(std::string_view id, const storage::Row& row);
std::string encode(const Order& order);
Result<Order> decode_order(std::string_view id, const storage::Row& row);
std::string encode(const Authorization& authorization);
Result<Authorization> decode_authorization(std::string_view id, const storage::Row& row);
std::string encode(const CertificateOwner& owner);
Result<CertificateOwner> decode_owner(ByteView serial, const storage::Row& row);
std::string encode(const ExternalKey& key);
Result<ExternalKey> decode_external_key(const storage::Row& row);

}  // namespace step::acme
