package cli

import (
	"fmt"

	"github.com/spothandler/spothandler/internal/deploy"
)

// terraformModule is the name under which the module's own README calls it.
const terraformModule = "module.ecs_spot_handler"

// printForget says how Terraform forgets what is taken over, if it made it, and what stays of it.
func (j *installJob) printForget() {
	st := j.errStyle()
	fmt.Fprintf(j.err, "\n%s If Terraform made these, let it forget them before any terraform destroy:\n", st.glyph(glyphAttention))
	for _, command := range deploy.TerraformForget(j.taken, terraformModule) {
		fmt.Fprintf(j.err, "  %s %s\n", st.glyph(glyphNext), command)
	}
	fmt.Fprintln(j.err, "  The addresses begin with your name of the module. Its own role and policies")
	fmt.Fprintln(j.err, "  stay, unused, until a terraform destroy removes them.")
}
