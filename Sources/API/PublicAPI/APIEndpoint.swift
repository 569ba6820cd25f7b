// What the API can do.

/// One thing that the API does; which request asks for it is in `APIRoute.all`.
enum APIEndpoint: String, CaseIterable, Sendable {
  case listZones, createZone, showZone, changeZone, removeZone, checkActivation
  case listSettings, showSetting, changeSetting, listPlans, listPageRules
  case listRecords, createRecord, showRecord, replaceRecord, changeRecord, removeRecord
  case batchRecords, exportRecords, importRecords
  case purgeCache, showSigning, changeSigning, removeSigning
  case listAccounts, showAccount, listAudit
  case showUser, listMemberships, verifyToken, listPermissions
  case listTokens, createToken, showToken, replaceToken, removeToken, rollToken
  case listAddresses
}
