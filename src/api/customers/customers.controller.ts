import { Controller, Get, Param, Query } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiNotFoundResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { noParameters } from '../requests/query';
import { customer, type CustomerView } from './customer-schema';
import { GetCustomer } from './get-customer';

@ApiTags('customers')
@Controller('v1/customers')
export class CustomersController {
  constructor(private readonly queries: QueryBus) {}

  @Get(':ref')
  @ApiOperation({ summary: "A customer by the books' account" })
  @ApiOkResponse({ standardSchema: customer })
  @ApiNotFoundResponse({ description: 'No system has said anything of it.' })
  get(@Param('ref') ref: string, @Query({ schema: noParameters }) _query: unknown): Promise<CustomerView> {
    return this.queries.execute(new GetCustomer(ref));
  }
}
