import type { Role } from '@pantau/contract/access';
import type { UseFormReturn } from 'react-hook-form';
import { useAdminText } from '../../locales/admin-texts.ts';
import { CheckField } from '../../ui/admin/check-field.tsx';
import { QueryGate } from '../../ui/admin/query-gate.tsx';
import { ROLE_HINTS, ROLE_LIST, ROLE_WORDS } from './role-words.ts';
import { useGrantableAreas } from './user-query.ts';

/** The part of the forms that says what somebody may do; areas as text, for boxes give text. */
export interface RoleValues {
  role: Role;
  area_ids: string[];
}

export function areaIdsOf({ role, area_ids }: RoleValues): number[] {
  return role === 'viewer' ? area_ids.map(Number) : [];
}

/** Role, and for viewers the areas. @param form holds at least these values */
export function RoleFields({ form }: { readonly form: UseFormReturn<RoleValues> }) {
  const { t } = useAdminText();
  const role = form.watch('role');
  const areas = useGrantableAreas(role === 'viewer');
  return (
    <>
      <fieldset className="grid">
        <legend className="pb-1 text-sm font-semibold">{t('users.role')}</legend>
        {ROLE_LIST.map((value) => (
          <CheckField
            key={value}
            type="radio"
            value={value}
            label={t(ROLE_WORDS[value])}
            hint={t(ROLE_HINTS[value])}
            {...form.register('role')}
          />
        ))}
      </fieldset>
      {role === 'viewer' && (
        <fieldset className="grid gap-1">
          <legend className="pb-1 text-sm font-semibold">{t('users.areas')}</legend>
          <QueryGate query={areas}>
            {(list) =>
              list.length === 0 ? (
                <p className="text-sm text-ink-soft">{t('users.areas.none')}</p>
              ) : (
                <div className="grid max-h-72 gap-x-4 overflow-y-auto rounded-control border border-line px-3 sm:grid-cols-2">
                  {list.map((area) => (
                    <CheckField
                      key={area.id}
                      value={String(area.id)}
                      label={area.name}
                      {...form.register('area_ids')}
                    />
                  ))}
                </div>
              )
            }
          </QueryGate>
        </fieldset>
      )}
    </>
  );
}
