import { Controller, Get, Param, Query } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiNotFoundResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { noParameters } from '../requests/query';
import { GetProduct } from './get-product';
import { type ProductView, product } from './product-schema';

@ApiTags('products')
@Controller('v1/products')
export class ProductsController {
  constructor(private readonly queries: QueryBus) {}

  @Get(':sku')
  @ApiOperation({ summary: 'A SKU as an article: in the books, in the warehouse, in kits' })
  @ApiOkResponse({ standardSchema: product })
  @ApiNotFoundResponse({ description: 'No system has said anything of it.' })
  get(@Param('sku') sku: string, @Query({ schema: noParameters }) _query: unknown): Promise<ProductView> {
    return this.queries.execute(new GetProduct(sku));
  }
}
