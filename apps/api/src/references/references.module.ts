import { Module } from '@nestjs/common';
import { ReferencesRepository } from './references.repository.js';
import { References } from './references.service.js';

@Module({ providers: [References, ReferencesRepository], exports: [References] })
export class ReferencesModule {}
