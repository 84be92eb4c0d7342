import { Module } from '@nestjs/common';
import { WantedModule } from '../../wanted/wanted.module.js';
import { BeatController } from './beat.controller.js';
import { EphemeralHosts } from './ephemeral-hosts.js';
import { PresenceBoard } from './presence-board.js';
import { PresenceJudge } from './presence-judge.js';
import { PresenceKeeper } from './presence-keeper.js';
import { PresenceNotes } from './presence-notes.js';

@Module({
  imports: [WantedModule],
  controllers: [BeatController],
  providers: [PresenceBoard, PresenceJudge, PresenceKeeper, PresenceNotes, EphemeralHosts],
  exports: [PresenceBoard, PresenceKeeper],
})
export class PresenceModule {}
