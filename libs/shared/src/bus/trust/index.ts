export * from './nats-trust.js';
export { isProof, newUserKey, prove, publicKeyOf, type UserKey } from './nkey.js';
export { CLAIMS_UPDATE, connectionSubjects, SYSTEM_INBOX, type ConnectionName } from './rights.js';
