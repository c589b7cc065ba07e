'use server'

import { testPath } from '@/components/data/paths'
import { requestTestSchema } from '@/lib/deliverability/schema'
import { requestTest } from '@/lib/deliverability/service'
import { formAction } from '@/lib/http/form-action'

export const requestTestAction = formAction(
  { permission: 'test:run', schema: requestTestSchema },
  async (actor, input) => {
    const { result } = await requestTest(actor, input)
    return { to: testPath(result.id) }
  },
)
