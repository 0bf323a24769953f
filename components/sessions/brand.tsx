export const Brand = () => (
  <p className="px-5 pt-1.5 pb-3 font-semibold text-sm tracking-tight">motorhead-chat</p>
)
