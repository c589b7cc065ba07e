'use server'

import { z } from 'zod'
import { retryReportFile } from '@/lib/dmarc/service'
import { withUploadLine } from '@/lib/dmarc/upload-line'
import { formAction } from '@/lib/http/form-action'

export const retryReportFileAction = formAction(
  { permission: 'report:write', schema: z.object({ id: z.uuid() }) },
  async (actor, input) => ({ to: withUploadLine('/reports', [await retryReportFile(actor, input)]) }),
)
