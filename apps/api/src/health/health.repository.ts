import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

@Injectable()
export class HealthRepository {
  #storeId: string | undefined;

  constructor(private readonly source: DataSource) {}

  /** The identity of this database: part of every event's id. It never changes, so it is read once. */
  async storeId(): Promise<string> {
    this.#storeId ??= (await this.source.query<{ id: string }[]>('SELECT id FROM store'))[0]?.id;
    return this.#storeId ?? '';
  }
}
