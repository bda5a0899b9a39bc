import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import {
  ApiConflictResponse,
  ApiCreatedResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { z } from 'zod';
import { Roles } from '../../platform/http/auth';
import { type Caller, FromCaller } from '../requests/caller';
import { noParameters } from '../requests/query';
import { type ImportView, endBody, importBody, importView } from './import-schema';
import { BeginImport, EndImport, ListImports } from './imports';

@ApiTags('imports')
@Controller('v1/imports')
export class ImportsController {
  constructor(
    private readonly queries: QueryBus,
    private readonly commands: CommandBus,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Imports of history, the newest first' })
  @ApiOkResponse({ standardSchema: z.object({ items: z.array(importView) }) })
  list(@Query({ schema: noParameters }) _query: unknown): Promise<{ items: ImportView[] }> {
    return this.queries.execute(new ListImports());
  }

  @Post()
  @Roles('admin')
  @ApiOperation({ summary: 'Begin: what facts show from now on alerts nobody' })
  @ApiCreatedResponse({ standardSchema: importView })
  @ApiConflictResponse({ description: 'Another import goes on.' })
  begin(
    @Body({ schema: importBody }) { reason }: z.output<typeof importBody>,
    @FromCaller() { actor }: Caller,
  ): Promise<ImportView> {
    return this.commands.execute(new BeginImport(actor, reason));
  }

  @Post('end')
  @HttpCode(200)
  @Roles('admin')
  @ApiOperation({
    summary:
      'History is complete: one summary once every source has said something newer, then alerts as ever',
  })
  @ApiOkResponse({ standardSchema: importView })
  @ApiConflictResponse({ description: 'No import goes on.' })
  end(
    @Body({ schema: endBody }) { now }: z.output<typeof endBody>,
    @FromCaller() { actor }: Caller,
  ): Promise<ImportView> {
    return this.commands.execute(new EndImport(actor, now));
  }
}
