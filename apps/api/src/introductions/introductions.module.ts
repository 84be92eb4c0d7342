import { Module } from '@nestjs/common';
import { StoreModule } from '../database/store.module.js';
import { Introductions } from './introductions.service.js';

@Module({ imports: [StoreModule], providers: [Introductions], exports: [Introductions] })
export class IntroductionsModule {}
