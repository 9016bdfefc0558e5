import { Controller, Get, Inject } from '@nestjs/common';
import { surroundings, type Surroundings } from '../gateway-use-cases.js';
import { Operation, owners } from '../operation.js';
import * as schemas from '../schemas.js';
import { healthView, repairView, usageView } from '../views.js';

/** How the vault stands. */
@Controller('v1')
export class VaultController {
  readonly #with: Surroundings;

  constructor(@Inject(surroundings) given: unknown) {
    this.#with = given as Surroundings;
  }

  @Get('vault')
  @Operation({
    id: 'readVault',
    summary: 'The vault on the ledger',
    access: owners,
    status: 200,
    answer: schemas.vault,
  })
  async vault() {
    const { vault, catalogRevision } = await this.#with.useCases.readVault.run();
    return {
      vaultId: vault.vaultId,
      owner: vault.owner,
      revision: String(vault.revision),
      catalogRevision: String(catalogRevision),
    };
  }

  @Get('usage')
  @Operation({
    id: 'readUsage',
    summary: 'What is stored',
    access: owners,
    status: 200,
    answer: schemas.usage,
  })
  async usage() {
    return usageView(await this.#with.useCases.readUsage.run());
  }

  @Get('health')
  @Operation({
    id: 'readHealth',
    summary: 'How safe it is',
    access: owners,
    status: 200,
    answer: schemas.health,
  })
  async health() {
    return healthView(await this.#with.useCases.readHealth.run());
  }

  @Get('repairs')
  @Operation({
    id: 'listRepairs',
    summary: 'How repair goes',
    access: owners,
    status: 200,
    answer: schemas.repairs,
  })
  async repairs() {
    return { items: [repairView((await this.#with.useCases.readHealth.run()).repair)] };
  }
}
