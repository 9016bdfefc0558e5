import { LocalCodec } from '@dstore/application/adapters/threads/local-codec.js';

import { describeCodec } from '../../../conformance/codec.js';

describeCodec('LocalCodec', () => new LocalCodec(64 << 20));
