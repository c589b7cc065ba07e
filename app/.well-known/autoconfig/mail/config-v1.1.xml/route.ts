import { answerAutoconfig } from '@/lib/clients/answer-autoconfig'
import { publicRoute } from '@/lib/http/public-route'

/** Thunderbird's settings file. */
export const GET = publicRoute(answerAutoconfig)
