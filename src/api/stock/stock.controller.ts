import { Controller, Get, Param, Query } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiNotFoundResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import { FACT_COLUMNS } from '../facts/columns';
import { type FactView, fact } from '../facts/fact-view';
import { listOf } from '../lists/list-schema';
import { Listed } from '../lists/listed';
import type { Page } from '../lists/page';
import { noParameters } from '../requests/query';
import { ExplainStock } from './explain-stock';
import { GetStock } from './get-stock';
import { GetStockTrail, stockTrailQuery } from './get-stock-trail';
import { type StockView, stock } from './stock-schema';
import { type StockExplanationView, stockExplanation } from './waterfall-schema';

@ApiTags('stock')
@Controller('v1/stock')
@ApiNotFoundResponse({ description: 'No system has said anything of its stock.' })
export class StockController {
  constructor(private readonly queries: QueryBus) {}

  @Get(':sku')
  @ApiOperation({
    summary: 'A SKU in every warehouse: both positions, what is in flight, what nothing explains',
  })
  @ApiOkResponse({ standardSchema: stock })
  get(@Param('sku') sku: string, @Query({ schema: noParameters }) _query: unknown): Promise<StockView> {
    return this.queries.execute(new GetStock(sku));
  }

  @Get(':sku/explain')
  @ApiOperation({
    summary: 'From what the books say to what was counted, step by step, each with its facts',
  })
  @ApiOkResponse({ standardSchema: stockExplanation })
  explain(
    @Param('sku') sku: string,
    @Query({ schema: noParameters }) _query: unknown,
  ): Promise<StockExplanationView> {
    return this.queries.execute(new ExplainStock(sku));
  }

  @Get(':sku/trail')
  @ApiOperation({ summary: 'The facts behind it, in every warehouse; newest first' })
  @ApiOkResponse({ standardSchema: listOf(fact) })
  @Listed(FACT_COLUMNS)
  trail(
    @Param('sku') sku: string,
    @Query({ schema: stockTrailQuery }) filter: z.output<typeof stockTrailQuery>,
  ): Promise<Page<FactView>> {
    return this.queries.execute(new GetStockTrail(sku, filter));
  }
}
