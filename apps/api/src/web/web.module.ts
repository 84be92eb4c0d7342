import { Module } from '@nestjs/common';
import { WebFiles } from './web-files.js';
import { WebController } from './web.controller.js';

@Module({
  controllers: [WebController],
  providers: [{ provide: WebFiles, useFactory: () => WebFiles.read() }],
})
export class WebModule {}
