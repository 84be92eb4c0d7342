import { Controller, Get, Header } from '@nestjs/common';
import { ApiExcludeEndpoint } from '@nestjs/swagger';
import { Policy } from '../auth/policy.decorator.js';
import { errorsPage } from './errors-page.js';

@Controller('docs/errors')
export class ErrorsPageController {
  @Get()
  @Policy('public')
  @ApiExcludeEndpoint()
  @Header('content-type', 'text/html; charset=utf-8')
  page(): string {
    return errorsPage();
  }
}
