package install

import (
	"context"
	"fmt"

	"github.com/spothandler/spothandler/internal/cli/show"
	"github.com/spothandler/spothandler/internal/cli/term"
	"github.com/spothandler/spothandler/internal/deploy"
)

// terraformModule is the module name that the Terraform module's README uses.
const terraformModule = "module.ecs_spot_handler"

// confirmAdoption asks before resources that are not ours are taken over.
func (j *installJob) confirmAdoption(ctx context.Context) error {
	if len(j.Taken) == 0 {
		return nil
	}
	show.Plan(j.Err, j.Install)
	j.printTerraform(j.Err)
	j.Err.Printf("\n")
	if j.Yes {
		return nil
	}
	if err := j.Confirm(ctx, fmt.Sprintf("Take over %s as shown above?", term.Plural(len(j.Taken), "resource")), "yes"); err != nil {
		return err
	}
	return j.Recheck(ctx)
}

// printTerraform prints the commands that remove the resources to be taken over from Terraform's state, in case
// Terraform created them, and that destroy the rest of its module.
func (j *installJob) printTerraform(out *term.Printer) {
	out.Printf("\n")
	out.Print(out.Note("", "If Terraform manages these, remove them from its state before the next apply or destroy:"))
	for _, command := range deploy.TerraformForget(j.Found.Names, j.Taken, terraformModule) {
		show.Hint(out, command)
	}
	show.Hint(out, "terraform destroy -target="+terraformModule)
	out.Print(out.Paragraph("  ", "Use your module's name in these addresses. The last command destroys the module's role and policies. Then delete its block, or apply recreates it all."))
}
