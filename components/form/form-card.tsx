import { ActionForm } from '@/components/form/action-form'
import { SubmitButton } from '@/components/form/submit'
import { Card, CardBody } from '@/components/ui/card'
import type { ButtonVariant } from '@/components/ui/button-class'
import type { FormAction, OnceSecret } from '@/lib/http/action-state'

/** A form in a card of its own: what it is for, its fields, and the button that says the verb. */
export function FormCard({
  title,
  intro,
  action,
  hidden,
  submit,
  busy,
  variant,
  children,
}: {
  /** None where the page has nothing but this form and its own title says it. */
  title?: string
  intro?: string
  action: FormAction<undefined> | FormAction<OnceSecret>
  /** Fields that nobody types: which thing the form is about. */
  hidden?: Record<string, string | number>
  submit: string
  /** The button's words while it works. */
  busy: string
  variant?: ButtonVariant
  children?: React.ReactNode
}) {
  return (
    <Card title={title}>
      <CardBody>
        {intro ? <p className="text-muted mb-3 max-w-prose">{intro}</p> : null}
        <ActionForm action={action} hidden={hidden}>
          {children}
          <div>
            <SubmitButton variant={variant} busy={busy}>
              {submit}
            </SubmitButton>
          </div>
        </ActionForm>
      </CardBody>
    </Card>
  )
}
