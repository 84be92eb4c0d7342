import { pinOf } from '@orrery/shared/tls';
import { explain } from '@orrery/shared/contracts';
import { AppError, describeError } from '@orrery/shared/runtime';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createSecureContext, type Server } from 'node:tls';
import type { ApiConfig } from '../config.js';
import { ensurePrivateTls, type TlsMaterial } from './private-tls.js';
import { serverNames } from './server-names.js';

type TlsConfig = Pick<ApiConfig, 'listen' | 'publicUrl' | 'secretsFolder' | 'tls'>;

/** The key and certificate with which the API proves itself over TLS; empty when it speaks plain HTTP. */
export class ServerTls {
  #material: TlsMaterial | undefined;

  private constructor(private readonly config: TlsConfig) {}

  /** Throws AppError if a certificate was given and cannot be used. */
  static async open(config: TlsConfig): Promise<ServerTls> {
    const tls = new ServerTls(config);
    tls.#material = await tls.#read();
    return tls;
  }

  /** Options for the HTTPS server; undefined: plain HTTP. */
  get options(): { cert: string; key: string; minVersion: 'TLSv1.2' } | undefined {
    const material = this.#material;
    return material && { cert: material.certificate, key: material.key, minVersion: 'TLSv1.2' };
  }

  /** The value that a client can pin: the public key of the server's certificate. */
  get pin(): string | undefined {
    return this.#material && pinOf(this.#material.certificate);
  }

  /** PEM of the private authority; undefined with a given certificate, and without TLS. */
  get authority(): string | undefined {
    return this.#material?.authority;
  }

  /** Renews its own certificate when it is due, and rereads a given one. Returns whether it has changed. */
  async renew(server: Pick<Server, 'setSecureContext'>): Promise<boolean> {
    const fresh = await this.#read();
    if (fresh?.certificate === this.#material?.certificate && fresh?.key === this.#material?.key) return false;
    this.#material = fresh;
    if (this.options) server.setSecureContext(this.options);
    return true;
  }

  async #read(): Promise<TlsMaterial | undefined> {
    const { tls, listen, publicUrl, secretsFolder } = this.config;
    if (tls.from === 'nowhere') return undefined;
    if (tls.from === 'private') return ensurePrivateTls(join(secretsFolder, 'tls'), serverNames(listen, publicUrl));
    try {
      const [certificate, key] = await Promise.all([readFile(tls.certFile, 'utf8'), readFile(tls.keyFile, 'utf8')]);
      createSecureContext({ cert: certificate, key });
      return { certificate, key, authority: undefined };
    } catch (error) {
      throw new AppError({
        kind: 'user',
        ...explain('certificate-unusable/files', {
          ...{ certificate: tls.certFile, key: tls.keyFile },
          error: describeError(error),
        }),
        origin: error,
      });
    }
  }
}
