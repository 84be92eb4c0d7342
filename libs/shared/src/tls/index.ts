export { pinOf } from './pin.js';
export { presentedServer, type PresentedServer } from './presented-server.js';
export { trustedFetch, UntrustedServer, type Trust, type TrustedInit } from './trusted-fetch.js';
