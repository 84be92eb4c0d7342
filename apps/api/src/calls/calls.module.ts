import { Module } from '@nestjs/common';
import { BusModule } from '../bus/bus.module.js';
import { SigningModule } from '../desired/signing.module.js';
import { HostCalls } from '../bus/host-calls.service.js';

@Module({ imports: [BusModule, SigningModule], providers: [HostCalls], exports: [HostCalls] })
export class CallsModule {}
