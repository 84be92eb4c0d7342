import { Inject, Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { TOKEN_PLACE, type Install } from '@orrery/shared/contracts';
import type { AddressInfo, Server } from 'node:net';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { API_CONFIG, type ApiConfig } from '../config.js';
import { isLoopback } from '../tls/exposure.js';
import { defaultHost } from '../tls/server-names.js';
import { ServerTls } from '../tls/server-tls.js';
import { BUNDLE_FOLDER, HERE, PLATFORMS, unavailable } from './agent-bundle.js';
import { installScript } from './install-script.js';

/** How another machine becomes a host: where it gets the agent, and how it verifies that source. */
@Injectable()
export class InstallService {
  constructor(
    private readonly http: HttpAdapterHost,
    private readonly tls: ServerTls,
    @Inject(API_CONFIG) private readonly config: ApiConfig,
  ) {}

  describe(): Install {
    const url = this.url;
    const loopbackOnly = isLoopback(new URL(url).hostname);
    const { pin = null } = this.tls;
    return {
      url,
      pin,
      loopbackOnly,
      platforms: PLATFORMS,
      command: loopbackOnly ? null : pasted(pin, url),
    };
  }

  /** The installer, for this API. Throws AppError `bundle-unavailable` if the build has none. */
  async script(): Promise<string> {
    const template = await readFile(join(BUNDLE_FOLDER, 'install.sh'), 'utf8').catch((error: unknown) => {
      throw unavailable(HERE, error);
    });
    const { pin = null, authority } = this.tls;
    return installScript(template, { url: this.url, pin, authority, platforms: PLATFORMS });
  }

  /** Without a trailing slash. */
  get url(): string {
    if (this.config.publicUrl) return this.config.publicUrl;
    const { port } = (this.http.httpAdapter.getHttpServer() as Server).address() as AddressInfo;
    const host = defaultHost(this.config.listen);
    return `${this.tls.options ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${port}`;
  }
}

/**
 * The token is the first line that sh reads, written by the built-in echo of every shell: no process has it in its
 * environment, or among its arguments, which every user of the machine can read. If the download fails, sh fails, too.
 */
const pasted = (pin: string | null, url: string) =>
  `{ echo orrery_token=${TOKEN_PLACE}; ${curl(pin)} ${url}/install.sh || echo exit 1; } | sh`;

/** The pinned key replaces the certificate chain: -k alone would trust anyone in between. */
export const curl = (pin: string | null) => (pin ? `curl -fsSLk --pinnedpubkey 'sha256//${pin}'` : 'curl -fsSL');
