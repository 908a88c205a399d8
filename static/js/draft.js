// Keeps what is being written while somebody looks elsewhere; it is forgotten once it has been taken.
const name = (field) => `draft:${location.pathname}:${field.form.getAttribute("action")}:${field.name}`;
for (const field of document.querySelectorAll("textarea")) {
  const keep = () => sessionStorage.setItem(name(field), field.value);
  if (field.value) keep(); // begun before this came
  else field.value = sessionStorage.getItem(name(field)) || "";
  field.addEventListener("input", keep);
}
