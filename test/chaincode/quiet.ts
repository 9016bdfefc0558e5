// fabric-contract-api reports every decorator it meets; it reads its level when it is loaded, so this comes first.
process.env['CORE_CHAINCODE_LOGGING_LEVEL'] ??= 'error';
